package dev.iambroker.server.os;

import dev.iambroker.secret.SecretMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes this process to debuggers and core dumps, and keeps the pages of secrets out of swap. What the platform refuses
 * is said, once, as a warning: a broker that does not run protects nobody. Thread-safe.
 */
public final class ProcessProtection {
    private static final Logger log = LoggerFactory.getLogger(ProcessProtection.class);

    private static final int EPERM = 1;
    private static final int EAGAIN = 11;
    private static final int ENOMEM = 12;

    private final SystemCalls calls;
    private final List<String> inForce = new ArrayList<>();
    private final AtomicBoolean isLockRefused = new AtomicBoolean();
    private final AtomicBoolean isAdviceRefused = new AtomicBoolean();
    private final AtomicLong lockedBytes = new AtomicLong();

    private ProcessProtection(SystemCalls calls) {
        this.calls = calls;
    }

    /** Begins, beside the caller, what {@link #begin} would wait tens of milliseconds for. Returns at once. */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("iam-broker-protection").start(SystemCalls::link);
    }

    /** Protects this process for the rest of its life, and from now on all {@link SecretMemory}. */
    public static void begin() {
        new ProcFs().commandLine().ifPresent(ProcessProtection::warnOfAttaching);
        SystemCalls calls = SystemCalls.link();
        if (calls == null) {
            log.warn("neither debuggers nor core dumps can be kept out, nor secrets out of swap: this machine's system"
                    + " calls are not known, or the JVM was started without --enable-native-access");
            return;
        }
        new ProcessProtection(calls).apply();
    }

    private void apply() {
        judge(
                calls.forbidTracing(),
                "no debugger of the same user",
                "debuggers of the same user can read this process");
        judge(calls.forbidCores(), "no core dump", "a crash may write a core dump, with secrets in it");
        SecretMemory.protectBy(this::protect);
        log.debug(
                "in force: {}; {} KiB of memory for secrets locked",
                String.join(", ", inForce),
                lockedBytes.get() >> 10);
    }

    private void judge(int error, String measure, String consequence) {
        if (error == 0) {
            inForce.add(measure);
        } else {
            log.warn("{}: the system refuses to prevent it ({})", consequence, reason(error));
        }
    }

    private void protect(ByteBuffer pages) {
        int advice = calls.leaveOutOfDumps(pages);
        // Kernels before 4.14 lack it; no child of ours keeps this memory past its exec anyway.
        calls.wipeInChildren(pages);
        if (advice != 0 && isAdviceRefused.compareAndSet(false, true)) {
            log.warn("memory for secrets cannot be kept out of dumps ({})", reason(advice));
        }
        lock(pages);
    }

    private void lock(ByteBuffer pages) {
        int error = calls.lock(pages);
        if (error == 0) {
            lockedBytes.addAndGet(pages.capacity());
        } else if (isLockRefused.compareAndSet(false, true)) {
            log.warn(
                    "{} KiB of memory for secrets are locked and no more can be ({}): the rest may be swapped out; raise"
                            + " the limit (ulimit -l, LimitMEMLOCK=), or encrypt the swap",
                    lockedBytes.get() >> 10,
                    reason(error));
        }
    }

    private static String reason(int error) {
        return switch (error) {
            case EPERM -> "not permitted";
            case EAGAIN, ENOMEM -> "beyond the limit on locked memory";
            default -> "error " + error;
        };
    }

    /** The JVM opens a socket for jcmd and the like, through which the same user gets a dump of the heap. */
    private static void warnOfAttaching(List<String> commandLine) {
        if (!isAttachDisabled(commandLine)) {
            log.warn("jcmd and the like may attach to this JVM: start it with -XX:+DisableAttachMechanism, as"
                    + " bin/iam-broker does");
        }
    }

    /** Of options that contradict each other the JVM takes the last. */
    static boolean isAttachDisabled(List<String> commandLine) {
        Predicate<String> isAboutIt = word -> word.endsWith("DisableAttachMechanism");
        return commandLine.stream()
                .filter(isAboutIt)
                .reduce((first, last) -> last)
                .filter("-XX:+DisableAttachMechanism"::equals)
                .isPresent();
    }
}
