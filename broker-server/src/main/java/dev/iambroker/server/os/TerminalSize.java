package dev.iambroker.server.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** How large the terminal is that stdout leads to. Thread-safe. */
public final class TerminalSize {
    private static final int STDOUT = 1;

    /** Two numbers in characters, two in pixels. */
    private static final int WINSIZE_BYTES = 8;

    private static final int UNSIGNED = 0xFFFF;
    private static final @Nullable SystemCalls CALLS = SystemCalls.link();

    private TerminalSize() {}

    /** Columns and rows; zeros where it does not say, or there is none. */
    public static int[] ofStdout() {
        ByteBuffer size = ByteBuffer.allocateDirect(WINSIZE_BYTES).order(ByteOrder.nativeOrder());
        if (CALLS == null || CALLS.windowSize(STDOUT, size) != 0) {
            return new int[] {0, 0};
        }
        return new int[] {size.getShort(Short.BYTES) & UNSIGNED, size.getShort(0) & UNSIGNED};
    }
}
