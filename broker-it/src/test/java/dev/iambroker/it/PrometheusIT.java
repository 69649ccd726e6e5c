package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Prometheus;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Scrape;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The shipped scrape configuration, alerts and dashboard, and the queries of the documents, in a Prometheus that scrapes a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PrometheusIT {
    private static final Path SHIPPED = Checkout.root().resolve("docker/prometheus");
    private static final Path DASHBOARD = Checkout.root().resolve("docker/grafana/iam-broker.json");
    private static final Path METRICS_DOCUMENT = Checkout.root().resolve("docs/metrics.md");
    private static final Pattern METRIC = Pattern.compile("\\b(?:iam_broker|jvm|process|system)_\\w+");

    private final EmulatedCloud cloud = SampleCloud.start();
    private Workplace place;
    private Daemon daemon;
    private Prometheus prometheus;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        Needs.program("prometheus", "prometheus");
        String listener = "127.0.0.1:" + LoopbackPort.free();
        place = Workplace.create();
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: key }, account-id: %s }
                  me: { passcode: {}, account-id: %s }
                  nobody: { passcode: {} }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        place.configureMore("  metrics: { address: " + listener + " }\n");
        cloud.emulator().settings().refreshTokenExpirationShown(true);
        daemon = place.serve();
        useEverything();
        prometheus = Prometheus.start(scrapeConfig(listener), place.directory());
        // Rates need two scrapes.
        prometheus.await("count_over_time(up{job=\"iam-broker\"}[1m]) > 2");
    }

    private void useEverything() throws IOException, InterruptedException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Ran login = place.cli("login", "me", "--passcode", "-").stdin(passcode).run();
        assertThat(login.exitCode()).as(login.all()).isZero();
        assertThat(place.http().get("/v1/accounts/prod/token").status()).isEqualTo(200);
        assertThat(place.http().get("/v1/accounts/nobody/token").status()).isEqualTo(409);
    }

    /** The shipped one as it stands, but for the port, which this machine may use, and the pace. */
    private Path scrapeConfig(String listener) throws IOException {
        Files.copy(SHIPPED.resolve("iam-broker.rules.yml"), place.directory().resolve("iam-broker.rules.yml"));
        String shipped = Files.readString(SHIPPED.resolve("prometheus.yml"));
        assertThat(shipped).contains("targets: [127.0.0.1:9180]");
        return Files.writeString(
                place.directory().resolve("prometheus.yml"),
                "global: { scrape_interval: 500ms, evaluation_interval: 500ms }\n"
                        + shipped.replace("targets: [127.0.0.1:9180]", "targets: [\"" + listener + "\"]"));
    }

    @AfterAll
    void stop() throws IOException {
        if (prometheus != null) {
            prometheus.close();
        }
        daemon.close();
        cloud.close();
        place.close();
    }

    @Test
    void scrape_metricsListener_isUpAndKnowsEachAccount() throws Exception {
        assertThat(value("up{job=\"iam-broker\"}")).isEqualTo(1);
        assertThat(value("iam_broker_account_state{account=\"prod\", state=\"valid\"}"))
                .isEqualTo(1);
        assertThat(value("iam_broker_runway_seconds{account=\"prod\"}")).isBetween(60.0, 3600.0);
        assertThat(value("iam_broker_login_runway_seconds{account=\"me\"}")).isGreaterThan(3600);
        assertThat(prometheus.query("iam_broker_login_runway_seconds{account=\"prod\"} > -1"))
                .isEmpty();
    }

    private double value(String promql) throws IOException, InterruptedException {
        JsonNode result = prometheus.await(promql);
        assertThat(result).as(promql).hasSize(1);
        double value = Double.parseDouble(result.path(0).path("value").path(1).asString());
        assertThat(value).as(promql).isFinite();
        return value;
    }

    @Test
    void alert_accountThatNeedsALogin_isRaised() throws Exception {
        JsonNode raised = prometheus.await("ALERTS{alertname=\"IamBrokerLoginRequired\"}");
        assertThat(raised).hasSize(1);
        assertThat(raised.path(0).path("metric").path("account").asString()).isEqualTo("nobody");
        assertThat(prometheus.query("ALERTS{alertname!=\"IamBrokerLoginRequired\"}"))
                .as("alerts of a broker that is well")
                .isEmpty();
    }

    /** Each has a case in which it is raised and one in which it is not. */
    @Test
    void rules_promtool_everyCaseIsAsItShouldBe() throws Exception {
        Ran check = Program.of("promtool", "check", "config", "prometheus.yml")
                .in(SHIPPED)
                .run();
        assertThat(check.exitCode()).as(check.all()).isZero();
        Ran test = Program.of("promtool", "test", "rules", "iam-broker.rules.test.yml")
                .in(SHIPPED)
                .run();
        assertThat(test.exitCode()).as(test.all()).isZero();
        String cases = Files.readString(SHIPPED.resolve("iam-broker.rules.test.yml"));
        Matcher alerts = Pattern.compile("- alert: (\\w+)").matcher(rules());
        while (alerts.find()) {
            assertThat(cases.split("alertname: " + alerts.group(1) + "\\b")).hasSizeGreaterThan(2);
            assertThat(Files.readString(METRICS_DOCUMENT)).contains("| `" + alerts.group(1) + "` |");
        }
    }

    @Test
    void names_inRulesDashboardAndQueries_areMetricsOfTheDocument() throws Exception {
        String documented = Files.readString(METRICS_DOCUMENT).replaceAll("(?s)## Questions.*?\n## ", "## ");
        Set<String> named = new TreeSet<>(metrics(rules()));
        queries().forEach(query -> named.addAll(metrics(query)));
        assertThat(named)
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(documented).contains("`" + name.replaceAll("_(bucket|count|sum)$", "")));
    }

    /** What has series at the broker has a line in the dashboard; what asks for trouble may have none. */
    @Test
    void queries_ofDashboardAndDocument_areUnderstoodAndAnswered() throws Exception {
        String scrape = Scrape.of(place.http()).text();
        List<String> queries = queries();
        assertThat(queries).hasSizeGreaterThan(40);
        for (String query : queries) {
            JsonNode result = prometheus.query(query);
            boolean asksForTrouble = query.matches("(?s).* [<>] .*|.*(failure|status!?=~?|!=\"success|== 1).*");
            if (!asksForTrouble && metrics(query).stream().allMatch(name -> scrape.contains("\n" + name))) {
                assertThat(result)
                        .as(() -> query + " of\n"
                                + scrape.lines()
                                        .filter(line -> line.startsWith("iam_"))
                                        .toList())
                        .isNotEmpty();
            }
        }
    }

    private static String rules() throws IOException {
        return Files.readString(SHIPPED.resolve("iam-broker.rules.yml"));
    }

    private static Set<String> metrics(String text) {
        Set<String> names = new TreeSet<>();
        METRIC.matcher(text).results().forEach(found -> names.add(found.group()));
        return names;
    }

    /** Those of the dashboard with its variables filled in, and those of the document. */
    private static List<String> queries() throws IOException {
        List<String> all = new ArrayList<>();
        for (JsonNode panel :
                JsonMapper.shared().readTree(Files.readString(DASHBOARD)).path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                all.add(target.path("expr")
                        .asString()
                        .replace("$instance", ".*")
                        .replace("$account", ".*")
                        .replace("$__rate_interval", "1m"));
            }
        }
        Matcher rows = Pattern.compile("(?m)^\\| [^|]*\\? \\| `(.*)` \\|$").matcher(Files.readString(METRICS_DOCUMENT));
        while (rows.find()) {
            all.add(rows.group(1).replace("\\|", "|"));
        }
        return all;
    }
}
