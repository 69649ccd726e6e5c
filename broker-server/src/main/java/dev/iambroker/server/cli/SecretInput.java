package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Takes a secret from the terminal or from stdin. */
final class SecretInput {
    /** IAM's longest secret, a refresh token, stays below two kilobytes. */
    private static final int MAX_BYTES = 64 * 1024;

    private final Surroundings around;

    SecretInput(Surroundings around) {
        this.around = around;
    }

    /**
     * The secret, owned by the caller, who wipes it.
     *
     * @param value {@code -} for stdin, else the terminal is asked
     */
    char[] read(String option, String value, String prompt) {
        return checked(option, value.equals("-") ? fromStdin(option) : fromTerminal(option, prompt));
    }

    /** The secret of an option that has no value to say {@code -} with: where nobody can be asked, from stdin. */
    char[] readFromTerminalOrStdin(String option, String prompt) {
        var typed = around.secretPrompt().ask(PlainText.of(prompt) + " ");
        return checked(option, typed == null ? fromStdin(option) : typed);
    }

    private static char[] checked(String option, char[] secret) {
        if (secret.length == 0) {
            throw new CommandFailure(ExitCode.USAGE, "the secret for " + option + " is empty: nothing was sent");
        }
        return secret;
    }

    private char[] fromTerminal(String option, String prompt) {
        var typed = around.secretPrompt().ask(PlainText.of(prompt) + " ");
        if (typed == null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "there is no terminal to ask on: pass the secret on stdin with '" + option + " -'");
        }
        return typed;
    }

    private char[] fromStdin(String option) {
        var bytes = readAll();
        try {
            if (bytes.length > MAX_BYTES) {
                throw new CommandFailure(
                        ExitCode.USAGE, "stdin holds more than a secret for " + option + ": pass the secret alone");
            }
            return withoutNewline(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)));
        } catch (CharacterCodingException malformed) {
            throw new CommandFailure(ExitCode.USAGE, "the secret on stdin is not UTF-8 text: nothing was sent");
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private byte[] readAll() {
        try {
            return around.in().readNBytes(MAX_BYTES + 1);
        } catch (IOException failure) {
            throw new CommandFailure(ExitCode.FAILURE, "stdin cannot be read: pass the secret through a pipe");
        }
    }

    private static char[] withoutNewline(CharBuffer text) {
        var end = text.limit();
        if (end > 0 && text.get(end - 1) == '\n') {
            end--;
        }
        if (end > 0 && text.get(end - 1) == '\r') {
            end--;
        }
        var secret = new char[end];
        text.get(0, secret);
        Arrays.fill(text.array(), '\0');
        return secret;
    }
}
