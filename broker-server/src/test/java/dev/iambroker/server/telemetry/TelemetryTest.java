package dev.iambroker.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.event.RenewalHistory;
import dev.iambroker.event.RenewalHistory.Renewal;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.FleetReport.Login;
import dev.iambroker.fleet.FleetReport.Member;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TelemetryTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final AccountName DEV = new AccountName("dev");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant END = Instant.ofEpochSecond(1_800_000_000);

    private static final FleetReport FLEET = new FleetReport(
            "m1",
            List.of(new Member("m1", "node-1", "1.2.3", START, 1), new Member("m2", "node-2", "1.2.3", START, 0)),
            Map.of(PROD, new Login("m1", START), DEV, new Login(null, null)),
            true,
            null,
            Duration.ofMillis(250),
            3,
            2,
            1,
            4);

    private Instant now = START;
    private final Telemetry telemetry = new Telemetry(
            "1.2.3",
            "25.0.3",
            new Runways() {
                @Override
                public double ofTokens(AccountName account) {
                    return account.equals(PROD) ? 1800 : Double.NaN;
                }

                @Override
                public double ofLogin(AccountName account) {
                    return account.equals(DEV) ? 7200 : Double.NaN;
                }
            },
            () -> now);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @BeforeEach
    void observe() {
        telemetry.observeProcess();
    }

    @Test
    void renewals_eventsOfConfiguredAccounts_areRememberedWithTheirInstants() {
        telemetry.accounts(Set.of(PROD));
        telemetry.events().refreshed(PROD, TokenKind.ACCESS, Outcome.SUCCESS);
        now = START.plusSeconds(90);
        telemetry.events().refreshed(PROD, TokenKind.KUBE, Outcome.TRANSIENT);
        telemetry.events().refreshed(DEV, TokenKind.ACCESS, Outcome.SUCCESS);

        assertThat(telemetry.renewals(PROD))
                .isEqualTo(new RenewalHistory(
                        START,
                        List.of(
                                new Renewal(START, TokenKind.ACCESS, Outcome.SUCCESS),
                                new Renewal(now, TokenKind.KUBE, Outcome.TRANSIENT))));
        assertThat(telemetry.renewals(DEV)).as("not configured").isNull();
    }

    @Test
    void renewals_accountRemovedAndAddedAgain_beginsAnew() {
        telemetry.accounts(Set.of(PROD));
        telemetry.events().refreshed(PROD, TokenKind.ACCESS, Outcome.SUCCESS);
        telemetry.accounts(Set.of(DEV));
        assertThat(telemetry.renewals(PROD)).isNull();

        now = START.plusSeconds(60);
        telemetry.accounts(Set.of(PROD));

        assertThat(telemetry.renewals(PROD)).isEqualTo(new RenewalHistory(now, List.of()));
    }

    private String scraped() {
        return text(telemetry.scrape(null));
    }

    private static String text(Exposition exposition) {
        return exposition.pieces().stream()
                .map(piece -> new String(piece, UTF_8))
                .collect(joining());
    }

    /** Makes every metric show. */
    static void touchEverything(Telemetry telemetry) {
        telemetry.accounts(Set.of(PROD, DEV));
        telemetry.events().refreshed(PROD, TokenKind.ACCESS, Outcome.SUCCESS);
        telemetry.events().refreshed(PROD, TokenKind.KUBE, Outcome.TRANSIENT);
        telemetry.events().coalesced(PROD, TokenKind.ACCESS);
        telemetry.events().tokenCached(PROD, TokenKind.ACCESS, END);
        telemetry.events().refreshTokenExpires(PROD, END.plusSeconds(60));
        telemetry.events().stateChanged(PROD, AccountState.STARTING, AccountState.VALID);
        telemetry.events().storeWritten(true);
        telemetry.events().wouldDeny("ci");
        telemetry.request("/v1/accounts/{a}/token", "ci", 200, 1_500_000);
        telemetry.events().clusterTokenCached(PROD, "roks", END.plusSeconds(120));
        telemetry.openShiftRequest("oauth", 302);
        telemetry.openShiftRequest("api", 0);
        telemetry.iamRequest("apikey", 200, 200_000_000);
        telemetry.iamRequest("apikey", 0, 15_000_000_000L);
        telemetry.clockSkew(Duration.ofMillis(-1500));
        telemetry.events().clockJumped(Duration.ofHours(3));
        telemetry.auditRecorded();
        telemetry.sinks().configured(Set.of("/run/prod.token", "/run/dev.token"));
        telemetry.sinks().current("/run/prod.token", true);
        telemetry.sinks().written("/run/prod.token", true);
        telemetry.sinks().told("/run/prod.token", false);
    }

    @Test
    void scrape_everythingTouched_showsEachSeriesOfTheContract() {
        touchEverything(telemetry);
        assertThat(scraped().lines())
                .contains(
                        "iam_broker_build_info{java=\"25.0.3\",version=\"1.2.3\"} 1",
                        "iam_broker_account_state{account=\"prod\",state=\"valid\"} 1.0",
                        "iam_broker_account_state{account=\"prod\",state=\"starting\"} 0.0",
                        "iam_broker_account_state{account=\"dev\",state=\"starting\"} 1.0",
                        "iam_broker_token_expiry_timestamp_seconds{account=\"prod\",kind=\"access\"} 1.8E9",
                        "iam_broker_refresh_token_expiry_timestamp_seconds{account=\"prod\"} 1.80000006E9",
                        "iam_broker_runway_seconds{account=\"prod\"} 1800.0",
                        "iam_broker_runway_seconds{account=\"dev\"} NaN",
                        "iam_broker_login_runway_seconds{account=\"prod\"} NaN",
                        "iam_broker_login_runway_seconds{account=\"dev\"} 7200.0",
                        "iam_broker_refreshes_total{account=\"prod\",kind=\"access\",outcome=\"success\"} 1.0",
                        "iam_broker_refreshes_total{account=\"prod\",kind=\"access\",outcome=\"permanent\"} 0.0",
                        "iam_broker_refreshes_total{account=\"prod\",kind=\"kube\",outcome=\"transient\"} 1.0",
                        "iam_broker_iam_requests_total{grant=\"apikey\",status=\"200\"} 1.0",
                        "iam_broker_iam_requests_total{grant=\"apikey\",status=\"none\"} 1.0",
                        "iam_broker_iam_request_seconds_bucket{le=\"0.25\"} 1",
                        "iam_broker_iam_request_seconds_bucket{le=\"+Inf\"} 2",
                        "iam_broker_iam_request_seconds_count 2",
                        "iam_broker_iam_request_seconds_sum 15.2",
                        "iam_broker_requests_total{client=\"ci\",route=\"/v1/accounts/{a}/token\",status=\"200\"} 1.0",
                        "iam_broker_request_seconds_bucket{route=\"/v1/accounts/{a}/token\",le=\"0.001\"} 0",
                        "iam_broker_request_seconds_bucket{route=\"/v1/accounts/{a}/token\",le=\"0.0025\"} 1",
                        "iam_broker_requests_coalesced_total{account=\"prod\",kind=\"access\"} 1.0",
                        "iam_broker_sink_current{sink=\"/run/prod.token\"} 1.0",
                        "iam_broker_sink_current{sink=\"/run/dev.token\"} 0.0",
                        "iam_broker_sink_writes_total{outcome=\"success\",sink=\"/run/prod.token\"} 1.0",
                        "iam_broker_sink_writes_total{outcome=\"failure\",sink=\"/run/dev.token\"} 0.0",
                        "iam_broker_sink_notices_total{outcome=\"failure\",sink=\"/run/prod.token\"} 1.0",
                        "iam_broker_requests_coalesced_total{account=\"dev\",kind=\"access\"} 0.0",
                        "iam_broker_clock_skew_seconds -1.5",
                        "iam_broker_clock_jumps_total 1.0",
                        "iam_broker_store_writes_total{outcome=\"success\"} 1.0",
                        "iam_broker_store_writes_total{outcome=\"failure\"} 0.0",
                        "iam_broker_audit_records_total 1.0",
                        "# TYPE iam_broker_build_info gauge",
                        "# TYPE iam_broker_request_seconds histogram",
                        "# TYPE iam_broker_iam_request_seconds histogram",
                        "# TYPE iam_broker_refreshes_total counter");
    }

    @Test
    void accounts_oneLeaves_itsSeriesGoAndStayAway() {
        touchEverything(telemetry);
        telemetry.accounts(Set.of(DEV));
        telemetry.sinks().configured(Set.of("/run/dev.token"));
        telemetry.sinks().written("/run/prod.token", true);
        telemetry.sinks().current("/run/prod.token", true);
        telemetry.events().refreshed(PROD, TokenKind.ACCESS, Outcome.SUCCESS);
        telemetry.events().tokenCached(PROD, TokenKind.ACCESS, END);
        telemetry.events().coalesced(PROD, TokenKind.ACCESS);
        telemetry.events().refreshTokenExpires(PROD, END);
        assertThat(scraped()).doesNotContain("prod").contains("account=\"dev\"");
    }

    @Test
    void accounts_oneComesBack_startsAnew() {
        touchEverything(telemetry);
        telemetry.accounts(Set.of());
        telemetry.accounts(Set.of(PROD));
        assertThat(scraped().lines())
                .contains(
                        "iam_broker_account_state{account=\"prod\",state=\"starting\"} 1.0",
                        "iam_broker_refreshes_total{account=\"prod\",kind=\"access\",outcome=\"success\"} 0.0");
    }

    @Test
    void accounts_sameAgain_keepsTheirSeries() {
        touchEverything(telemetry);
        telemetry.accounts(Set.of(PROD, DEV));
        assertThat(scraped().lines())
                .contains("iam_broker_refreshes_total{account=\"prod\",kind=\"access\",outcome=\"success\"} 1.0");
    }

    @Test
    void tokenDropped_cachedOne_takesItsSeriesAway() {
        touchEverything(telemetry);
        telemetry.events().tokenCached(PROD, TokenKind.KUBE, END);
        telemetry.events().tokenDropped(PROD, TokenKind.ACCESS);
        telemetry.events().tokenDropped(PROD, TokenKind.ACCESS);
        String body = scraped();
        assertThat(body).doesNotContain("expiry_timestamp_seconds{account=\"prod\",kind=\"access\"}");
        assertThat(body).contains("expiry_timestamp_seconds{account=\"prod\",kind=\"kube\"}");
        telemetry.events().tokenCached(PROD, TokenKind.ACCESS, END);
        assertThat(scraped()).contains("{account=\"prod\",kind=\"access\"} 1.8E9");
    }

    @Test
    void scrape_ofManyAccounts_comesInPiecesThatLackNothing() {
        Set<AccountName> names =
                IntStream.range(0, 1000).mapToObj(i -> new AccountName("a" + i)).collect(toSet());
        telemetry.accounts(names);
        assertThat(telemetry.scrape(null).pieces())
                .hasSizeGreaterThan(10)
                .allSatisfy(piece -> assertThat(piece.length).isLessThan(64 * 1024));
        assertThat(scraped().lines().filter(line -> line.startsWith("iam_broker_account_state{")))
                .hasSize(1000 * AccountState.values().length);
        assertThat(scraped().lines().filter(line -> line.startsWith("# TYPE "))).doesNotHaveDuplicates();
    }

    @Test
    void scrape_clusterNamedAsNobodyWould_isEscaped() {
        telemetry.accounts(Set.of(PROD));
        telemetry.events().clusterTokenCached(PROD, "a\"b\\c\nd", END);
        assertThat(scraped()).contains("cluster=\"a\\\"b\\\\c\\nd\"} 1.8E9");
    }

    @Test
    void scrape_openMetrics_countersAreCalledWithoutTheirSuffix() {
        touchEverything(telemetry);
        assertThat(text(telemetry.scrape("application/openmetrics-text")))
                .contains(
                        "# TYPE iam_broker_refreshes counter\n",
                        "# HELP iam_broker_refreshes Renewals",
                        "\niam_broker_refreshes_total{account=\"prod\",kind=\"access\",outcome=\"success\"} 1.0");
    }

    @Test
    void scrape_openMetrics_isMarkedAndEndsAsItMust() {
        touchEverything(telemetry);
        Exposition exposition = telemetry.scrape("application/openmetrics-text; version=1.0.0");
        assertThat(exposition.contentType()).isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(text(exposition)).endsWith("# EOF\n").contains("iam_broker_build_info{");
        assertThat(telemetry.scrape(null).contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                                              | TEXT",
                "*/*                                                                           | TEXT",
                "text/html, */*;q=0.8                                                          | TEXT",
                "application/openmetrics-text                                                  | OPEN_METRICS",
                "Application/OpenMetrics-Text ; Version=1.0.0 ; charset=utf-8                  | OPEN_METRICS",
                "application/openmetrics-text;version=\"1.0.0\"                                | OPEN_METRICS",
                "application/openmetrics-text;version=2.0.0                                    | TEXT",
                "application/openmetrics-text;q=0                                              | TEXT",
                "application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.6             | TEXT",
                "text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.6             | OPEN_METRICS",
                "application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.5             | OPEN_METRICS",
                "application/openmetrics-text;q=2                                              | TEXT",
                "application/openmetrics-text;q=                                               | TEXT",
                "application/openmetrics-text;q=NaN                                            | TEXT",
                ",;,;q=1;;                                                                     | TEXT",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | OPEN_METRICS"
            })
    void acceptedBy_header_choosesFormat(@Nullable String accept, ExpositionFormat expected) {
        assertThat(ExpositionFormat.acceptedBy(accept)).isEqualTo(expected);
    }

    @Test
    void scrape_ofEverything_passesPromtool() throws Exception {
        Path promtool = Path.of("/usr/bin/promtool");
        boolean isThere = Files.isExecutable(promtool);
        assertThat(isThere || System.getenv("CI") == null)
                .as("in CI promtool must be installed: apt-get install prometheus")
                .isTrue();
        assumeTrue(isThere, "not run: " + promtool + " is missing, apt-get install prometheus brings it");
        touchEverything(telemetry);
        Process check = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (OutputStream input = check.getOutputStream()) {
            input.write(scraped().getBytes(UTF_8));
        }
        String complaints = new String(check.getInputStream().readAllBytes(), UTF_8);
        assertThat(check.waitFor()).as(complaints).isZero();
        assertThat(complaints).isEmpty();
    }

    @Test
    void fleet_whereOneIsConfigured_hasItsSeries() {
        assertThat(scraped()).doesNotContain("iam_broker_fleet");
        telemetry.fleet(() -> FLEET);

        assertThat(scraped().lines().filter(line -> line.startsWith("iam_broker_fleet")))
                .containsExactly(
                        "iam_broker_fleet_members 2.0",
                        "iam_broker_fleet_renewer{account=\"dev\"} 0.0",
                        "iam_broker_fleet_renewer{account=\"prod\"} 1.0",
                        "iam_broker_fleet_lag_seconds 0.25",
                        "iam_broker_fleet_lost_leases_total 3.0",
                        "iam_broker_fleet_presented_again_total 2.0",
                        "iam_broker_fleet_old_seals 1.0",
                        "iam_broker_fleet_unreadable 4.0");
    }

    @Test
    void documentation_namesWhatIsExposed_neitherMoreNorLess() throws IOException {
        telemetry.fleet(() -> FLEET);
        touchEverything(telemetry);
        Set<String> documented = matches("(?m)^\\| `([a-z_0-9]+)", Files.readString(Path.of("../docs/metrics.md")));
        Set<String> exposed = matches("(?m)^# TYPE ([a-z_0-9]+) ", scraped());
        assertThat(documented).containsAll(exposed);
        assertThat(documented.stream().filter(name -> name.startsWith("iam_broker_")))
                .isSubsetOf(exposed);
    }

    @Test
    void documentation_labels_areThoseExposed() throws IOException {
        telemetry.fleet(() -> FLEET);
        touchEverything(telemetry);
        Map<String, Set<String>> documented = labels(
                "(?m)^\\| `(iam_broker_[a-z_]+)(?:\\{([a-z,_]+)})?`", Files.readString(Path.of("../docs/metrics.md")));
        String series = scraped().replaceAll("=\"[^\"]*\"", "").replaceAll(",?\\ble\\b", "");
        Map<String, Set<String>> exposed =
                labels("(?m)^(iam_broker_[a-z_]+?)(?:_bucket|_sum|_count)?(?:\\{([a-z,_]*)})? ", series);
        assertThat(documented).isEqualTo(exposed);
    }

    private static Map<String, Set<String>> labels(String pattern, String text) {
        Map<String, Set<String>> labels = new TreeMap<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            String names = matcher.group(2);
            labels.put(matcher.group(1), names == null || names.isEmpty() ? Set.of() : Set.of(names.split(",")));
        }
        return labels;
    }

    private static Set<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(toSet());
    }
}
