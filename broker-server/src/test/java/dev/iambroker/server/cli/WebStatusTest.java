package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code status --web}, and what its page is told. */
final class WebStatusTest {
    private static final String ACCOUNTS = "GET /v1/accounts";
    private static final String HISTORY = "GET /v1/accounts/prod/history";
    private static final String RENEWALS = "{\"account\":\"prod\",\"since\":\"2026-03-01T00:00:00Z\",\"renewals\":[]}";

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        cli = Cli.on(daemon);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    private static String accounts(String state, String expires, String error) {
        return "{\"accounts\":[{\"name\":\"prod\",\"state\":\"" + state + "\",\"tokens\":{\"access\":{\"expires_at\":\""
                + expires + "\"}},\"runway_seconds\":60,\"last_error\":" + error
                + "}],\"shares\":[{\"id\":\"a-share\"}],\"notes\":[\"a note\"]}";
    }

    private StatusFeed feed() {
        return new StatusFeed(new BrokerClient(new BrokerConnection(daemon.socket()), null), () -> cli.now);
    }

    private static JsonNode read(StatusFeed feed) {
        return Json.MAPPER.readTree(feed.get());
    }

    private long asked(String request) {
        return daemon.asked().stream()
                .filter(each -> (each.method() + " " + each.target()).equals(request))
                .count();
    }

    @Test
    void web_commandRuns_printsTheAddressAloneAndServesUntilItEnds() {
        daemon.answer(ACCOUNTS, 200, accounts("valid", "x", "null"));
        daemon.answer(HISTORY, 200, RENEWALS);
        var pages = new ArrayList<String>();
        cli.pause = time -> {
            pages.add("seen");
            return pages.size() < 2;
        };

        var result = cli.run("status", "--web");

        assertThat(result.code()).isZero();
        assertThat(pages).hasSize(2);
        assertThat(result.out()).matches("http://127\\.0\\.0\\.1:[0-9]+/open/[A-Za-z0-9_-]{43}\\R");
        assertThat(result.err()).hasLineCount(1).contains("good once").doesNotContain("/open/");
        var url = URI.create(result.out().strip());
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), url.getPort()))
                .as("gone with the command")
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void web_noDaemon_isExit3AndNoPage() throws IOException {
        daemon.close();

        var result = cli.run("status", "--web");

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void web_withWhatItDoesNotHeed_isUsage() {
        for (var more : new String[] {"prod", "--watch", "--output=json"}) {
            assertThat(cli.run("status", "--web", more).code()).as(more).isEqualTo(2);
        }
    }

    @Test
    void feed_daemonAnswers_hasAccountsHistoriesAndNotesAlone() {
        daemon.answer(ACCOUNTS, 200, accounts("valid", "x", "null"));
        daemon.answer(HISTORY, 200, RENEWALS);

        var seen = read(feed());

        assertThat(seen.propertyNames())
                .containsExactlyInAnyOrder("now", "seen_at", "away_since", "problem", "accounts", "notes", "histories");
        assertThat(seen.path("accounts").path(0).path("name").asString()).isEqualTo("prod");
        assertThat(seen.path("histories").path("prod").toString()).isEqualTo(RENEWALS);
        assertThat(seen.path("notes").toString()).isEqualTo("[\"a note\"]");
        assertThat(seen.path("away_since").isNull()).isTrue();
    }

    @Test
    void feed_nothingHappened_asksForNoHistoryAgain() {
        daemon.answer(HISTORY, 200, RENEWALS);
        for (var accounts : new String[] {
            accounts("valid", "x", "null"),
            accounts("valid", "x", "null"),
            accounts("valid", "y", "null"),
            accounts("backoff", "y", "null"),
            accounts("backoff", "y", "null"),
            accounts("valid", "y", "{\"detail\":\"d\"}")
        }) {
            daemon.answer(ACCOUNTS, 200, accounts);
        }
        var feed = feed();

        read(feed);
        read(feed);
        assertThat(asked(HISTORY)).isEqualTo(1);
        read(feed);
        assertThat(asked(HISTORY)).as("another token").isEqualTo(2);
        read(feed);
        read(feed);
        assertThat(asked(HISTORY)).as("renewals fail").isEqualTo(4);
        read(feed);
        assertThat(asked(HISTORY)).as("a failure that matters").isEqualTo(5);
    }

    @Test
    void feed_historyRefused_showsTheAccountWithoutIt() {
        daemon.answer(ACCOUNTS, 200, accounts("valid", "x", "null"));
        daemon.answer(HISTORY, 403, "{\"type\":\"denied\",\"detail\":\"no\"}");

        var seen = read(feed());

        assertThat(seen.path("accounts").size()).isEqualTo(1);
        assertThat(seen.path("histories").path("prod").isNull()).isTrue();
    }

    @Test
    void feed_daemonAway_showsWhatItSaidLastAndSinceWhenItIsSilent() {
        daemon.answer(ACCOUNTS, 200, accounts("valid", "x", "null"));
        daemon.answer(HISTORY, 200, RENEWALS);
        var feed = feed();
        read(feed);
        daemon.forget(ACCOUNTS);
        cli.now = Cli.NOW.plus(Duration.ofSeconds(5));
        read(feed);
        cli.now = Cli.NOW.plus(Duration.ofSeconds(90));

        var away = read(feed);

        assertThat(instant(away, "seen_at")).isEqualTo(Cli.NOW);
        assertThat(instant(away, "away_since")).isEqualTo(Cli.NOW.plus(Duration.ofSeconds(5)));
        assertThat(instant(away, "now")).isEqualTo(cli.now);
        assertThat(away.path("problem").asString()).contains("no answer from the daemon");
        assertThat(away.path("accounts").size()).isEqualTo(1);

        daemon.answer(ACCOUNTS, 200, accounts("valid", "z", "null"));
        assertThat(read(feed).path("away_since").isNull()).as("back").isTrue();
    }

    private static Instant instant(JsonNode node, String member) {
        return Instant.parse(node.path(member).asString());
    }

    /** The page sets text as text; what it is sent is no markup either, and no script's end. */
    @Test
    void feed_markupInEveryText_isStillJsonOfAsciiAlone() {
        var evil = "</script><img src=x onerror=alert(1)>\u202egnp.\u2028";
        var json = Json.MAPPER.writeValueAsString(evil);
        daemon.answer(
                ACCOUNTS,
                200,
                "{\"accounts\":[{\"name\":" + json + ",\"tokens\":{},\"last_error\":{\"detail\":" + json + "}}]}");

        var text = feed().get();

        assertThat(text.chars()).allMatch(c -> c >= ' ' && c < 0x7f);
        assertThat(Json.MAPPER
                        .readTree(text)
                        .path("accounts")
                        .path(0)
                        .path("name")
                        .asString())
                .isEqualTo(evil);
        assertThat(daemon.asked()).as("no path is made of it").hasSize(1);
    }
}
