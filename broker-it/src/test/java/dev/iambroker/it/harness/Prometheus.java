package dev.iambroker.it.harness;

import dev.iambroker.emulator.http.LoopbackPort;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running Prometheus with a database of its own. Closing it ends it. Confined to one thread. */
public final class Prometheus implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 100;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final URI base;
    private final Path log;

    private Prometheus(Process process, URI base, Path log) {
        this.process = process;
        this.base = base;
        this.log = log;
    }

    /** @param directory of its database and log; the caller deletes it */
    public static Prometheus start(Path config, Path directory) throws IOException {
        String address = "127.0.0.1:" + LoopbackPort.free();
        Path log = directory.resolve("prometheus.log");
        Process process = Program.of("prometheus")
                .with("--config.file=" + config)
                .with("--storage.tsdb.path=" + Files.createDirectory(directory.resolve("prometheus")))
                .with("--web.listen-address=" + address)
                .start(Redirect.from(Path.of("/dev/null").toFile()), log, directory.resolve("prometheus.err"));
        return new Prometheus(process, URI.create("http://" + address), log);
    }

    /** The results of a query, of this moment. */
    public JsonNode query(String promql) throws IOException, InterruptedException {
        JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(promql, StandardCharsets.UTF_8));
        if (!answer.path("status").asString("").equals("success")) {
            throw new AssertionError(promql + ": " + answer);
        }
        return answer.path("data").path("result");
    }

    /** The results of a query as soon as there are any. */
    public JsonNode await(String promql) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            JsonNode results = isReady() ? query(promql) : JsonMapper.shared().createArrayNode();
            if (!results.isEmpty()) {
                return results;
            }
            if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("no result of " + promql + "; Prometheus says:\n" + Files.readString(log)
                + Files.readString(log.resolveSibling("prometheus.err")));
    }

    private boolean isReady() throws InterruptedException {
        try {
            return send("/-/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private JsonNode get(String target) throws IOException, InterruptedException {
        return JsonMapper.shared().readTree(send(target).body());
    }

    private HttpResponse<String> send(String target) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(base.resolve(target)).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        Children.kill(process);
        client.close();
    }
}
