package dev.iambroker.server.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The system calls that Java lacks, through one handle on {@code syscall(2)}. To make it costs tens of milliseconds, so
 * it is made once. Thread-safe.
 */
final class SystemCalls {
    /** Numbers differ by processor. */
    private record Numbers(
            int mlock,
            int madvise,
            int prctl,
            int prlimit64,
            int fcntl,
            int close,
            int ioctl,
            int ppoll,
            int clockGettime) {
        static @Nullable Numbers ofThisMachine() {
            return switch (System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "")) {
                case "Linux amd64" -> new Numbers(149, 28, 157, 302, 72, 3, 16, 271, 228);
                case "Linux aarch64" -> new Numbers(228, 233, 167, 261, 25, 57, 29, 73, 113);
                default -> null;
            };
        }
    }

    /** Of the calls that came after the processors had agreed. */
    private static final int PIDFD_SEND_SIGNAL = 424;

    private static final int PIDFD_OPEN = 434;

    private static final int MADV_DONTDUMP = 16;
    private static final int MADV_WIPEONFORK = 18;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int RLIMIT_CORE = 4;
    private static final int RLIMIT_BYTES = 16;
    private static final int F_SETFL = 4;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int POLLFD_BYTES = 8;
    private static final int CLOCK_BOOTTIME = 7;
    private static final long SECOND = 1_000_000_000;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();

    private final MethodHandle syscall;
    private final Numbers numbers;

    private SystemCalls(MethodHandle syscall, Numbers numbers) {
        this.syscall = syscall;
        this.numbers = numbers;
    }

    /** Made once, by whoever comes first; the others wait for it. */
    private static final class Linked {
        static final @Nullable SystemCalls CALLS = make();
    }

    /** Null where the machine is none whose calls are known here, or the JVM has no native access. */
    static @Nullable SystemCalls link() {
        return Linked.CALLS;
    }

    private static @Nullable SystemCalls make() {
        Numbers numbers = Numbers.ofThisMachine();
        try {
            return numbers == null ? null : new SystemCalls(handle(), numbers);
        } catch (RuntimeException | LinkageError e) {
            return null;
        }
    }

    // What is restricted is granted to this program in its launcher; where it is not, link() says so.
    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        Linker linker = Linker.nativeLinker();
        var number = ValueLayout.JAVA_LONG;
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(number, number, number, number, number, number, number),
                Linker.Option.firstVariadicArg(1),
                Linker.Option.captureCallState("errno"));
    }

    /** 0, or the number of the error. The pages stay in memory. */
    int lock(ByteBuffer pages) {
        return call(numbers.mlock, address(pages), pages.capacity(), 0, 0);
    }

    /** 0, or the number of the error. No core dump holds the pages. */
    int leaveOutOfDumps(ByteBuffer pages) {
        return call(numbers.madvise, address(pages), pages.capacity(), MADV_DONTDUMP, 0);
    }

    /** 0, or the number of the error. A child process finds zeros there. */
    int wipeInChildren(ByteBuffer pages) {
        return call(numbers.madvise, address(pages), pages.capacity(), MADV_WIPEONFORK, 0);
    }

    /** 0, or the number of the error. No other process of the same user may look into this one, and no core is written. */
    int forbidTracing() {
        return call(numbers.prctl, PR_SET_DUMPABLE, 0, 0, 0);
    }

    /** 0, or the number of the error. Neither is the hard limit left, so that nothing raises it again. */
    int forbidCores() {
        ByteBuffer zeros = ByteBuffer.allocateDirect(RLIMIT_BYTES);
        return call(numbers.prlimit64, 0, RLIMIT_CORE, address(zeros), 0);
    }

    /** 0, or the number of the error. {@code flags} are those of open(2), all of them. */
    int setFlags(int descriptor, int flags) {
        return call(numbers.fcntl, descriptor, F_SETFL, flags, 0);
    }

    /** A descriptor of the process, for as long as it is not closed; the negative number of the error where there is none. */
    int openProcess(int pid) {
        return result(PIDFD_OPEN, pid, 0, 0, 0);
    }

    /** 0, or the number of the error. */
    int signal(int process, int signal) {
        return call(PIDFD_SEND_SIGNAL, process, signal, 0, 0);
    }

    /** 0, or the number of the error. Rows and columns, 16 bits each, are then at the beginning of {@code size}. */
    int windowSize(int terminal, ByteBuffer size) {
        return call(numbers.ioctl, terminal, TIOCGWINSZ, address(size), 0);
    }

    /** 0, or the number of the error. */
    int close(int descriptor) {
        return call(numbers.close, descriptor, 0, 0, 0);
    }

    /** 0 once the other end of {@code descriptor} is closed, or the number of the error. */
    int awaitHangUp(int descriptor) {
        // struct pollfd: whatever it is asked for, it tells of that.
        ByteBuffer poll = ByteBuffer.allocateDirect(POLLFD_BYTES).order(ByteOrder.nativeOrder());
        poll.putInt(0, descriptor);
        try {
            return call(numbers.ppoll, address(poll), 1, 0, 0);
        } finally {
            Reference.reachabilityFence(poll);
        }
    }

    /** Nanoseconds since the machine was started, sleep included; negative where the kernel does not say. */
    long bootNanos() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timespec = arena.allocate(ValueLayout.JAVA_LONG, 2);
            return call(numbers.clockGettime, CLOCK_BOOTTIME, timespec.address(), 0, 0) == 0
                    ? timespec.getAtIndex(ValueLayout.JAVA_LONG, 0) * SECOND
                            + timespec.getAtIndex(ValueLayout.JAVA_LONG, 1)
                    : -1;
        }
    }

    private static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address();
    }

    private int call(int number, long first, long second, long third, long fourth) {
        int result = result(number, first, second, third, fourth);
        return result < 0 ? -result : 0;
    }

    /** The result, or the negative number of the error. */
    private int result(int number, long first, long second, long third, long fourth) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) syscall.invokeExact(state, (long) number, first, second, third, fourth, 0L);
            return result >= 0 ? (int) result : -errorIn(state);
        } catch (Throwable e) {
            throw new IllegalStateException("syscall(2) could not be called", e);
        }
    }

    /** All that is captured on Linux. Not by a path of the layout: for that the JVM makes code, which a start would wait for. */
    private static int errorIn(MemorySegment state) {
        return state.asByteBuffer().order(ByteOrder.nativeOrder()).getInt(0);
    }
}
