package dev.iambroker.server.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Open files that somebody else opened for this process. */
public final class Descriptors {
    private static final String FLAGS = "flags:";
    private static final int O_NONBLOCK = 04000;

    /** Where a process prints. */
    public static final int STDOUT = 1;

    private static final int EINTR = 4;

    private Descriptors() {}

    /**
     * Returns when nobody is at the other end of {@code descriptor} any more: true then, false where that cannot be known.
     * A file has no other end. Blocks a platform thread.
     */
    public static boolean awaitClosed(int descriptor) {
        SystemCalls calls = SystemCalls.link();
        int error = calls == null ? -1 : EINTR;
        while (calls != null && error == EINTR) {
            error = calls.awaitHangUp(descriptor);
        }
        return error == 0;
    }

    /**
     * Has reads, writes and accepts on {@code descriptor} return at once. Takes tens of milliseconds where the descriptor
     * is not so already.
     *
     * @throws IOException if it is not open, or cannot be so
     */
    public static void unblock(int descriptor) throws IOException {
        int flags = flags(descriptor);
        if ((flags & O_NONBLOCK) != 0) {
            return;
        }
        SystemCalls calls = SystemCalls.link();
        if (calls == null || calls.setFlags(descriptor, flags | O_NONBLOCK) != 0) {
            throw new IOException("it blocks, and cannot be had otherwise here (expected NonBlocking=yes in the unit)");
        }
    }

    /** Those of open(2), as the kernel shows them in octal: proc_pid_fdinfo(5). */
    static int flags(int descriptor) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(descriptor))).stream()
                .filter(line -> line.startsWith(FLAGS))
                .mapToInt(
                        line -> Integer.parseInt(line.substring(FLAGS.length()).strip(), 8))
                .findFirst()
                .orElseThrow(() -> new IOException("the kernel does not say how it was opened"));
    }
}
