package dev.iambroker.server.os;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Signals to other processes, each held by a descriptor, so that none reaches a process that took the number over. */
public final class ProcessSignal {
    private static final int EPERM = 1;
    private static final int ESRCH = 3;

    private ProcessSignal() {}

    /**
     * @param began the process must have begun before
     * @return why it was not sent, in words for the operator; null where it was
     */
    public static @Nullable String send(int pid, int signal, Instant began) {
        SystemCalls calls = SystemCalls.link();
        if (calls == null) {
            return "signals are not known on this machine (expected a command)";
        }
        if (pid == ProcessHandle.current().pid()) {
            return "it is the broker itself";
        }
        int descriptor = calls.openProcess(pid);
        if (descriptor < 0) {
            return words(-descriptor);
        }
        try {
            // After the descriptor is there: what is looked at now is the process behind it, or a younger one.
            Optional<Instant> start =
                    ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
            if (start.isEmpty()) {
                return words(ESRCH);
            }
            if (start.get().isAfter(began)) {
                return "it began after the file was written: another one had the number (expected a new pid-file)";
            }
            int error = calls.signal(descriptor, signal);
            return error == 0 ? null : words(error);
        } finally {
            calls.close(descriptor);
        }
    }

    private static String words(int error) {
        return switch (error) {
            case EPERM -> "it belongs to another user, to whom this one may send none (expected a command that may)";
            case ESRCH -> "there is no such process: is the pid-file an old one?";
            default -> "error " + error;
        };
    }
}
