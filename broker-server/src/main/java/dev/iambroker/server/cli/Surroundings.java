package dev.iambroker.server.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a command sees of the process it runs in.
 *
 * @param in where a secret is read when an option says {@code -}
 * @param out data, in UTF-8 whatever the locale, since files are made of it
 * @param err failures and prompts
 * @param environment the environment variables
 * @param inTerminal whether {@code in} is a terminal
 * @param terminal whether {@code out} is a terminal
 * @param errTerminal whether {@code err} is a terminal
 * @param secretPrompt asks on the terminal without echo
 * @param clock for times relative to now
 * @param pause waits between two looks at the daemon
 * @param zone of the times that people read
 * @param screen how large the terminal is just now; asked only where {@code out} is one
 * @param endings end a command that goes on
 */
public record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean inTerminal,
        boolean terminal,
        boolean errTerminal,
        SecretPrompt secretPrompt,
        InstantSource clock,
        Pause pause,
        ZoneId zone,
        Supplier<Screen> screen,
        Endings endings) {
    private static final Path STDIN = Path.of("/proc/self/fd/0");
    private static final Path STDOUT = Path.of("/proc/self/fd/1");
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Those of this process, whose wiring knows how to ask the terminal for its size. */
    public static Surroundings ofProcess(Supplier<Screen> screen) {
        var console = console();
        return new Surroundings(
                System.in,
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                System.getenv(),
                isTerminal(STDIN),
                isTerminal(STDOUT),
                isTerminal(STDERR),
                console == null ? SecretPrompt.none() : SecretPrompt.on(console),
                InstantSource.system(),
                Pause.sleeping(),
                ZoneId.systemDefault(),
                screen,
                Endings.ofProcess());
    }

    /** Null where in- or output is redirected: the console of java.base, all that a small runtime has, is null then. */
    @SuppressWarnings("SystemConsoleNull")
    private static @Nullable Console console() {
        var console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    /** Of one stream, whatever the others are; the JVM knows it of its console alone, which is in- and output. */
    private static boolean isTerminal(Path descriptor) {
        try {
            String device = Files.readSymbolicLink(descriptor).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), true, StandardCharsets.UTF_8);
    }
}
