package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.LoopbackBroker;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.RebindingSite;
import dev.iambroker.it.harness.Scrape;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page in a real browser, whose name is rebound to the broker's address: it reads nothing and changes nothing. */
final class BrowserIT {
    private static final String NAME = "evil.example";
    private static final long PATIENCE_SECONDS = 240;

    private LoopbackBroker broker;
    private RebindingSite site;
    private Path profile;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Needs.program("chromium", "chromium");
        broker = LoopbackBroker.start();
        site = RebindingSite.start(broker.port(), page());
        profile = Files.createDirectory(broker.place().directory().resolve("profile"));
    }

    @AfterEach
    void stop() throws IOException {
        site.close();
        broker.close();
    }

    @Test
    void page_ofAReboundName_readsAndChangesNothing() throws Exception {
        int departures = broker.cloud().emulator().departures().size();

        JsonNode seen = attack();

        assertThat(seen.size()).as("what the page tried").isGreaterThan(200);
        for (JsonNode each : seen) {
            assertThat(each.path("text").asString())
                    .as(each.toString())
                    .doesNotContain("access_token", "\"prod\"", "not_ready", "iam_broker_");
            assertThat(each.path("status").asInt()).as(each.toString()).isNotEqualTo(200);
        }
        assertAnswersGiveNothingAway(site.answers());
        assertBrokerServedNobody();
        assertThat(broker.cloud().emulator().departures()).hasSize(departures);
        assertThat(broker.place().http().get("/v1/accounts/prod").text("state")).isEqualTo("valid");
    }

    private JsonNode attack() throws IOException, InterruptedException {
        Path out = profile.resolve("out");
        Path err = profile.resolve("err");
        Process chromium = Program.of(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--no-proxy-server",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--user-data-dir=" + profile,
                        "--host-resolver-rules=MAP " + NAME + " " + RebindingSite.ADDRESS
                                + ", MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE 127.0.0.2",
                        "http://" + NAME + ":" + broker.port() + "/attack")
                .env("HOME", profile)
                .start(Redirect.PIPE, out, err);
        try {
            String report = site.awaitReport(PATIENCE_SECONDS);
            assertThat(report)
                    .as(() -> "nothing came back; chromium said: " + read(err))
                    .isNotNull();
            return JsonMapper.shared().readTree(Objects.requireNonNull(report));
        } finally {
            chromium.descendants().forEach(ProcessHandle::destroyForcibly);
            chromium.destroyForcibly().waitFor();
        }
    }

    /** Those to the rebound name, byte by byte. */
    private static void assertAnswersGiveNothingAway(List<String> answers) {
        assertThat(answers).hasSizeGreaterThan(50);
        for (String answer : answers) {
            assertThat(answer)
                    .startsWith("HTTP/1.1 421 ")
                    .doesNotContainIgnoringCase("Access-Control-")
                    .doesNotContainIgnoringCase("Set-Cookie")
                    .doesNotContain("prod", NAME);
        }
    }

    /** As the broker counts: over TCP it refused all there was, under its own names too. */
    private void assertBrokerServedNobody() throws IOException {
        Scrape scrape = Scrape.of(broker.place().http());
        List<String> requests = scrape.text()
                .lines()
                .filter(line -> line.startsWith("iam_broker_requests_total{") && !line.contains("client=\"owner\""))
                .toList();
        assertThat(requests).anyMatch(line -> line.contains("status=\"421\""));
        assertThat(requests).anyMatch(line -> line.contains("status=\"403\""));
        assertThat(requests).allMatch(line -> line.matches(".*status=\"(421|403|401|400)\".*"));
    }

    private static String page() throws IOException {
        try (InputStream in = Objects.requireNonNull(BrowserIT.class.getResourceAsStream("attack.html"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
