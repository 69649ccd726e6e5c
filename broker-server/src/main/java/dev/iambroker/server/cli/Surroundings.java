package dev.iambroker.server.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a command sees of the process it runs in.
 *
 * @param in where a secret is read when an option says {@code -}
 * @param out data, in UTF-8 whatever the locale, since files are made of it
 * @param err failures and prompts
 * @param environment the environment variables
 * @param terminal whether {@code out} is a terminal
 * @param secretPrompt asks on the terminal without echo
 * @param clock for times relative to now
 * @param pause waits between two looks at the daemon
 * @param endings end a command that goes on
 */
public record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean terminal,
        SecretPrompt secretPrompt,
        InstantSource clock,
        Pause pause,
        Endings endings) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Those of this process. */
    public static Surroundings ofProcess() {
        var console = console();
        return new Surroundings(
                System.in,
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                System.getenv(),
                console != null,
                console == null ? SecretPrompt.none() : SecretPrompt.on(console),
                InstantSource.system(),
                Pause.sleeping(),
                Endings.ofProcess());
    }

    /** Null where in- or output is redirected: the console of java.base, all that a small runtime has, is null then. */
    @SuppressWarnings("SystemConsoleNull")
    private static @Nullable Console console() {
        var console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), true, StandardCharsets.UTF_8);
    }
}
