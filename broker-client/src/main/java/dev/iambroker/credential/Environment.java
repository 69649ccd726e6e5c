package dev.iambroker.credential;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The environment as bytes. {@code System.getenv} decodes it by the locale: under {@code LC_ALL=C} what is not ASCII in
 * KUBERNETES_EXEC_INFO would arrive as question marks.
 */
final class Environment {

    private final byte[] block;

    private Environment(byte[] block) {
        this.block = block;
    }

    static Environment read() {
        try (FileInputStream in = new FileInputStream("/proc/self/environ")) {
            return new Environment(in.readAllBytes());
        } catch (IOException withoutProc) {
            return new Environment(decoded());
        }
    }

    private static byte[] decoded() {
        StringBuilder block = new StringBuilder();
        for (var entry : System.getenv().entrySet()) {
            block.append(entry.getKey()).append('=').append(entry.getValue()).append('\0');
        }
        return block.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The variable's value, or null when it is unset. */
    byte @Nullable [] bytes(String name) {
        byte[] prefix = (name + "=").getBytes(StandardCharsets.US_ASCII);
        int at = 0;
        while (at < block.length) {
            int end = endOf(at);
            if (startsWith(at, prefix)) {
                return Arrays.copyOfRange(block, at + prefix.length, end);
            }
            at = end + 1;
        }
        return null;
    }

    /** The variable's value, or null when it is unset or empty. */
    @Nullable
    String text(String name) {
        byte[] value = bytes(name);
        return value == null || value.length == 0 ? null : new String(value, StandardCharsets.UTF_8);
    }

    private int endOf(int from) {
        int at = from;
        while (at < block.length && block[at] != 0) {
            at++;
        }
        return at;
    }

    private boolean startsWith(int at, byte[] prefix) {
        if (at + prefix.length > block.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (block[at + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
