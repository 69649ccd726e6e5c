package dev.iambroker.server.cli;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** Asks for a secret on the terminal without echo. */
@FunctionalInterface
public interface SecretPrompt {
    /** What was typed, owned by the caller, who wipes it; null when there is no terminal or the user closed it. */
    char @Nullable [] ask(String prompt);

    /** Whether there is somebody to ask. */
    default boolean canAsk() {
        return true;
    }

    /** Asks on {@code console}. */
    static SecretPrompt on(Console console) {
        return prompt -> console.readPassword("%s", prompt);
    }

    /** Where nobody can be asked. */
    static SecretPrompt none() {
        return new SecretPrompt() {
            @Override
            public char @Nullable [] ask(String prompt) {
                return null;
            }

            @Override
            public boolean canAsk() {
                return false;
            }
        };
    }
}
