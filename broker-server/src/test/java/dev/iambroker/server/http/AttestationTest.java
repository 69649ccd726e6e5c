package dev.iambroker.server.http;

import static dev.iambroker.server.http.TestRequests.body;
import static dev.iambroker.server.http.TestRequests.get;
import static dev.iambroker.server.http.TestRequests.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.BrokerFailure.TooManyRequests;
import dev.iambroker.client.Caller;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Fact;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a process is looked at, and what its rate holds back. */
final class AttestationTest {
    private static final Program KUBECTL = new Program("/usr/bin/kubectl", "ab", "build.service", "/x");

    private final FakeBroker broker = new FakeBroker();
    private final HttpService service = new HttpService(
            Routes.all(
                    broker,
                    new FakeLock(),
                    new FakeShares(),
                    accept -> MetricsExposition.Scrape.of("text/plain", "m\n"),
                    account -> null,
                    new KubeconfigTemplate(Path.of("/opt/bin/iam-broker-credential"), null),
                    List.of(),
                    new TokenAnswers(() -> 0),
                    new MetadataSessions(() -> 0, InstantSource.system()),
                    null,
                    null),
            TransportRules.unixSocket(ClientSecrets.NONE),
            broker,
            RequestEvents.NONE,
            () -> 0);

    private static final class FakeWitness implements Witness {
        private final List<Set<Fact>> looks = new ArrayList<>();
        private boolean isUnchanged = true;
        private boolean isTooLate;

        @Override
        public Program look(Set<Fact> facts) {
            looks.add(EnumSet.copyOf(facts));
            return KUBECTL;
        }

        @Override
        public @Nullable Caller caller() {
            return null;
        }

        @Override
        public boolean isTooLate() {
            return isTooLate;
        }

        @Override
        public boolean isUnchanged() {
            return isUnchanged;
        }
    }

    private final FakeWitness witness = new FakeWitness();
    private final Arrival arrival = new Arrival(TestRequests.OWNER.client(), witness);

    private Exchange token() {
        return service.begin(get("/v1/accounts/prod/token"), arrival);
    }

    @Test
    void noRuleAsks_answeredAtOnceAndNobodyLooked() {
        assertThat(token().now()).isNotNull();
        assertThat(witness.looks).isEmpty();
    }

    @Test
    void ruleAsks_lookedAtOffTheEventLoopAndKnownToThePolicy() {
        broker.facts = EnumSet.of(Fact.EXE, Fact.UNIT);
        Exchange exchange = token();

        assertThat(exchange.now()).isNull();
        assertThat(witness.looks).isEmpty();
        assertThat(exchange.later().status()).isEqualTo(200);

        assertThat(witness.looks).containsExactly(EnumSet.of(Fact.EXE, Fact.UNIT));
        Peer peer = broker.clients.getLast().peer();
        assertThat(peer).isNotNull();
        assertThat(peer.program()).isEqualTo(KUBECTL);
    }

    @Test
    void contentAsked_lookedForOnlyAfterTheRest() {
        broker.facts = EnumSet.of(Fact.EXE, Fact.EXE_SHA256);
        Exchange exchange = token();
        exchange.now();
        exchange.later();
        assertThat(witness.looks).containsExactly(EnumSet.of(Fact.EXE), EnumSet.of(Fact.EXE, Fact.EXE_SHA256));
    }

    /** Between the question and the answer it executed something else, or its pid went to another process. */
    @Test
    void processChangedBeforeTheAnswer_getsNothing() {
        broker.facts = EnumSet.of(Fact.EXE);
        Exchange exchange = token();
        exchange.now();
        broker.isWarm = false;
        broker.blocking = () -> witness.isUnchanged = false;

        Answer answer = exchange.later();

        assertThat(answer.status()).isEqualTo(403);
        assertThat(body(answer)).contains("runs another program now").doesNotContain(FakeBroker.TOKEN);
        assertThat(broker.withheld).containsExactly(broker.clients.getLast());
        assertThat(broker.withheldOf).containsExactly("prod");
        assertThat(exchange.isLast()).isTrue();
    }

    /** After a reload: nobody looked when it connected, and what it runs by now may be what it was told to run. */
    @Test
    void ruleAsksOfAnOlderConnection_isNotLookedAtAndHasToConnectAnew() {
        witness.isTooLate = true;
        assertThat(token().now()).isNotNull();

        broker.facts = EnumSet.of(Fact.EXE);
        Exchange exchange = token();
        assertThat(exchange.now()).isNull();
        Answer answer = exchange.later();

        assertThat(answer.status()).isEqualTo(403);
        assertThat(body(answer)).contains("connect again").doesNotContain(FakeBroker.TOKEN);
        assertThat(exchange.isLast()).isTrue();
        assertThat(witness.looks).isEmpty();
        assertThat(broker.withheld).hasSize(1);
    }

    @Test
    void overRate_429WithRetryAfter() {
        broker.overRate = new TooManyRequests("too many", About.NOTHING.withRetryAfter(Duration.ofMillis(1500)));
        Answer answer = token().now();
        assertThat(answer).isNotNull();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(head(answer))
                .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                .contains("Retry-After: 2\r\n");
        assertThat(body(answer))
                .isEqualTo("{\"type\":\"urn:iam-broker:problem:rate_limited\",\"title\":\"Too many requests\","
                        + "\"status\":429,\"detail\":\"too many\",\"retry_after\":2}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/readyz/prod", "/metrics"})
    void overRate_healthAndMetrics_areAnsweredAllTheSame(String path) {
        broker.overRate = new TooManyRequests("too many", About.NOTHING);
        Exchange exchange = service.begin(get(path), arrival);
        Answer now = exchange.now();
        Answer answer = now == null ? exchange.later() : now;
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void explain_described_saysWhichRuleAndWhy() {
        Exchange exchange = service.begin(
                get(
                        "/v1/explain?account=prod&kind=kube&cluster=c&uid=1000&gid=7,8&exe=%2Fbin%2Fa&unit=a.service&client=ci"),
                arrival);
        exchange.now();
        Answer answer = exchange.later();
        assertThat(body(answer))
                .isEqualTo("{\"decision\":\"allow\",\"rule\":\"second\",\"reason\":null,\"max_ttl_seconds\":null,"
                        + "\"rate\":null,\"expires_at\":null,\"rules\":["
                        + "{\"rule\":\"first\",\"outcome\":\"no-match\",\"why\":\"asks for uid 7, and the client has"
                        + " 1000\"},"
                        + "{\"rule\":\"second\",\"outcome\":\"decides\",\"why\":\"matches and has a right to"
                        + " this\"}]}");
        assertThat(broker.asked.getLast().toString())
                .contains("uid=1000", "gid=7", "exe=/bin/a", "unit=a.service", "provenClients=[ci]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind=kube",
                "account=prod",
                "account=prod&kind=id",
                "account=prod&kind=kube&uid=x",
                "account=prod&kind=kube&uid=1&gid=1,,2",
                "account=prod&kind=kube&exe=%2Fbin%2Fa",
                "account=prod&kind=kube&exe_sha256=ab"
            })
    void explain_incomplete_400(String query) {
        Exchange exchange = service.begin(get("/v1/explain?" + query), arrival);
        exchange.now();
        assertThat(exchange.later().status()).isEqualTo(400);
        assertThat(broker.asked).isEmpty();
    }
}
