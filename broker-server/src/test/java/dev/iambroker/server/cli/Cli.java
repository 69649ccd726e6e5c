package dev.iambroker.server.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Runs the command line as a process would, on a terminal and a clock of the test's making. */
class Cli implements DaemonCommands {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    final Map<String, String> environment = new HashMap<>();
    final List<String> prompts = new ArrayList<>();
    final List<Object> daemonCalls = new ArrayList<>();
    boolean inTerminal;
    boolean terminal;
    boolean errTerminal;
    Screen screen = Screen.USUAL;
    String stdin = "";
    String verdict = "{}";

    /** What is typed at the next prompts, before {@link #typed}. */
    final Queue<String> typedNext = new ArrayDeque<>();

    @Nullable
    String typed;

    @Nullable
    ConfigReport inspected;

    Path configPlace = Path.of("/nowhere/broker.yaml");

    Pause pause = _ -> false;
    Instant now = NOW;

    static Cli on(FakeDaemon daemon) {
        return on(daemon.socket());
    }

    static Cli on(Path socket) {
        var cli = new Cli();
        cli.environment.put("IAM_BROKER_SOCKET", socket.toString());
        return cli;
    }

    /** The daemon's answer as {@code --output json} prints it. */
    static JsonNode versioned(String answer) {
        return Json.MAPPER.readTree("{\"schema\":1," + answer.strip().substring(1));
    }

    Result run(String... arguments) {
        return runWith(this, arguments);
    }

    Result runWith(DaemonCommands daemon, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var code = BrokerCommandLine.run(surroundings(out, err), daemon, arguments);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Where nobody reads what is printed. */
    Surroundings surroundings() {
        return surroundings(OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
    }

    Surroundings surroundings(OutputStream out, OutputStream err) {
        InstantSource clock = () -> now;
        return new Surroundings(
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                inTerminal,
                terminal,
                errTerminal,
                new Typist(),
                clock,
                pause,
                ZoneOffset.UTC,
                () -> screen,
                Endings.none());
    }

    private final class Typist implements SecretPrompt {
        @Override
        public char @Nullable [] ask(String prompt) {
            prompts.add(prompt);
            if (!typedNext.isEmpty()) {
                return typedNext.remove().toCharArray();
            }
            return typed == null ? null : typed.toCharArray();
        }

        @Override
        public boolean canAsk() {
            return typed != null || !typedNext.isEmpty();
        }
    }

    @Override
    public int serve(ServeOptions options) {
        daemonCalls.add(options);
        return 0;
    }

    @Override
    public int demo(DemoOptions options) {
        daemonCalls.add(options);
        return 0;
    }

    @Override
    public Relay relay(RelayOptions options) {
        daemonCalls.add(options);
        return new Relay() {
            @Override
            public String url() {
                return "http://127.0.0.1:8181";
            }

            @Override
            public void close() {
                daemonCalls.add("closed");
            }
        };
    }

    @Override
    public int checkConfig(CheckOptions options) {
        daemonCalls.add(options);
        return 0;
    }

    @Override
    public int verifyStore(@Nullable Path config, OutputFormat output) {
        daemonCalls.add("verify " + config + " " + output);
        return 0;
    }

    @Override
    public int rotateStore(@Nullable Path config, OutputFormat output) {
        daemonCalls.add("rotate " + config + " " + output);
        return 0;
    }

    @Override
    public byte[] verifyAudit(@Nullable Path config, List<Path> files, long from) {
        daemonCalls.add("audit " + config + " " + files + " " + from);
        return verdict.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Path configPlace(@Nullable Path named) {
        return named == null ? configPlace : named;
    }

    @Override
    public @Nullable ConfigReport inspectConfig(@Nullable Path config) {
        return inspected;
    }

    @Override
    public String explain(ExplainOptions options) {
        daemonCalls.add(options);
        return "{\"decision\":\"deny\",\"rule\":\"ci\",\"reason\":\"client \\\"ci\\\" has no right to this\","
                + "\"rules\":[{\"rule\":\"ci\",\"outcome\":\"decides\",\"why\":\"no right\"}]}";
    }

    /** What the process left behind. */
    record Result(int code, String out, String err) {}
}
