package dev.iambroker.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A real terminal of 80 columns with bash in it, as tmux makes it. What is read of it is what a person would see; only
 * {@link #painted()} has the colours. Confined to the thread of its test. Closing it ends what runs in it.
 */
public final class Terminal implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final int COLUMNS = 80;
    private static final int ROWS = 100;

    private final Path folder;

    private Terminal(Path folder) {
        this.folder = folder;
    }

    /** One whose shell has {@code iam-broker} as the program of the build, with the socket of {@code place}. */
    public static Terminal open(Workplace place) throws IOException, InterruptedException {
        Terminal terminal = new Terminal(Files.createTempDirectory("iam-broker-it-tmux-"));
        Path profile = Files.writeString(terminal.folder.resolve("profile"), """
                PS1='$ '
                PATH=%s:$PATH
                export IAM_BROKER_SOCKET=%s
                """.formatted(
                        Checkout.launcher().resolveSibling("."), place.socket()));
        terminal.tmux("-f", "/dev/null", "new-session", "-d", "-x", COLUMNS, "-y", ROWS, "bash --rcfile " + profile);
        terminal.await(screen -> screen.equals("$"));
        return terminal;
    }

    /** Types a command, waits for its end, and returns what is on the screen then, without the prompts. */
    public String run(String command) throws IOException, InterruptedException {
        type("clear; " + command + "; echo \"[$?]\"");
        String screen = await(text -> text.matches("(?s).*\\n\\[[0-9]+\\]\\n\\$"));
        return screen.substring(0, screen.lastIndexOf("\n$"));
    }

    /** Types a line, and does not wait. */
    public void type(String line) throws IOException, InterruptedException {
        tap(line);
        key("Enter");
    }

    /** Types without the end of a line. */
    public void tap(String text) throws IOException, InterruptedException {
        tmux("send-keys", "-l", text);
    }

    /** Presses a key by tmux's name for it, such as {@code C-c}. */
    public void key(String name) throws IOException, InterruptedException {
        tmux("send-keys", name);
    }

    public void resize(int columns, int rows) throws IOException, InterruptedException {
        tmux("resize-window", "-x", columns, "-y", rows);
    }

    /** The screen as soon as it is so. @throws AssertionError with the screen if it does not become so */
    public String await(Predicate<String> condition) throws IOException, InterruptedException {
        String screen = within(PATIENCE, condition);
        if (!condition.test(screen)) {
            throw new AssertionError("the screen did not become what was waited for:\n" + screen);
        }
        return screen;
    }

    /** The screen as soon as it is so, or as it is when the time is over. */
    public String within(Duration time, Predicate<String> condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        String screen = screen();
        while (!condition.test(screen) && System.nanoTime() < end) {
            // A look is a process: without a pause they would take the program's time.
            Thread.sleep(BETWEEN_LOOKS);
            screen = screen();
        }
        return screen;
    }

    /** What is on the screen, without blanks at the ends of lines and of all. */
    public String screen() throws IOException, InterruptedException {
        return tmux("capture-pane", "-p").stripTrailing();
    }

    /** The screen with those lines in one that the terminal broke, and the program did not. */
    public String unbroken() throws IOException, InterruptedException {
        return tmux("capture-pane", "-p", "-J")
                .lines()
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n"))
                .stripTrailing();
    }

    /** What is on the screen, with the sequences that paint it. */
    public String painted() throws IOException, InterruptedException {
        return tmux("capture-pane", "-p", "-e").stripTrailing();
    }

    /** Whether a program has the second screen, and whether the cursor is shown: {@code 0 1} for neither being so. */
    public String modes() throws IOException, InterruptedException {
        return tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}").strip();
    }

    private String tmux(Object... words) throws IOException, InterruptedException {
        Ran ran = Program.of("tmux", "-S", folder.resolve("socket"))
                .with(words)
                .env("TERM", "xterm-256color")
                .env("HOME", folder)
                .run();
        if (ran.exitCode() != 0) {
            throw new AssertionError("tmux " + List.of(words) + ": " + ran.all());
        }
        return ran.out();
    }

    @Override
    public void close() throws IOException {
        try {
            List<ProcessHandle> all = processes();
            tmux("kill-server");
            // A shell that ends writes its history.
            for (ProcessHandle each : all) {
                each.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a program of the terminal goes on", e);
        }
        Workplace.delete(folder);
    }

    /** The server, and what runs in its windows. */
    private List<ProcessHandle> processes() throws IOException, InterruptedException {
        List<ProcessHandle> all = new ArrayList<>();
        String pids = tmux("display-message", "-p", "#{pid}") + tmux("list-panes", "-a", "-F", "#{pane_pid}");
        for (String pid : pids.lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(process -> {
                all.add(process);
                process.descendants().forEach(all::add);
            });
        }
        return all;
    }
}
