package dev.iambroker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.iambroker.LogLines;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.TooManyRequests;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Match;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Rate;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Rule;
import dev.iambroker.policy.Terms;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.Bench;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** On what terms a rule gives what it allows, as its clients see them. */
final class TermsTest {
    private static final int DAEMON = 990;
    private static final ClientIdentity USER = ClientIdentity.ofPeer(new Peer(1000, 1000, Set.of(), 1, 1));
    private static final Match IS_USER = new Match(1000, null, /* secret= */ false);
    private static final Duration MARGIN = Duration.ofSeconds(45);

    private final List<AuditEvent> audit = new ArrayList<>();
    private final List<String> wouldDeny = new ArrayList<>();
    private final Bench bench = new Bench(Bench.byKey()).started();

    private GuardedTokenBroker broker(Rule... rules) {
        BrokerEvents events = new BrokerEvents() {
            @Override
            public void wouldDeny(String rule) {
                wouldDeny.add(rule);
            }
        };
        return new GuardedTokenBroker(
                policy(rules),
                bench.tokens,
                (account, token) -> List.of(),
                new NoClusters(),
                new NoClusters(),
                audit::add,
                bench.time,
                Runnable::run,
                MARGIN,
                events);
    }

    private Policy policy(Rule... rules) {
        return new Policy(List.of(rules), DAEMON, bench.time::now);
    }

    private static Rule rule(String name, Terms terms, String... rights) {
        return new Rule(
                name,
                IS_USER,
                List.of(rights).stream()
                        .map(text -> Right.parse(text).orElseThrow())
                        .toList(),
                terms);
    }

    private static Terms maxTtl(Duration maxTtl) {
        return new Terms(maxTtl, null, null, /* dryRun= */ false);
    }

    private static Terms rate(String rate) {
        return new Terms(null, Rate.parse(rate).orElseThrow(), null, /* dryRun= */ false);
    }

    private static TokenRequest token(TokenKind kind, Duration minTtl) {
        return new TokenRequest("prod", kind, null, minTtl, Duration.ZERO);
    }

    @Test
    void maxTtl_shorterThanTheToken_isWhatTheClientIsTold() {
        GuardedTokenBroker broker = broker(rule("ci", maxTtl(Duration.ofMinutes(5)), "access:prod"));
        TokenRequest request = token(TokenKind.ACCESS, Duration.ofSeconds(60));

        TokenGrant grant = broker.token(USER, request);

        assertThat(grant.left()).isEqualTo(Duration.ofMinutes(5));
        assertThat(grant.expiresAt()).isEqualTo(bench.time.now().plus(Duration.ofMinutes(5)));
        assertThat(grant.tokenEndsAt()).isAfter(grant.expiresAt());

        // Whoever comes back then gets the same token, stated anew.
        bench.time.advance(Duration.ofMinutes(6));
        TokenGrant again = broker.tokenNow(USER, request);
        assertThat(again).isNotNull();
        assertThat(again.etag()).isEqualTo(grant.etag());
        assertThat(again.left()).isEqualTo(Duration.ofMinutes(5));
        assertThat(again.expiresAt()).isEqualTo(bench.time.now().plus(Duration.ofMinutes(5)));
    }

    @Test
    void maxTtl_watched_isStatedTheSameWay() {
        GuardedTokenBroker broker = broker(rule("ci", maxTtl(Duration.ofMinutes(5)), "access:prod"));
        TokenGrant grant =
                broker.watch(USER, token(TokenKind.ACCESS, Duration.ofSeconds(60)), null, Duration.ofSeconds(1));
        assertThat(grant).isNotNull();
        assertThat(grant.left()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void maxTtl_longerThanTheToken_changesNothing() {
        GuardedTokenBroker broker = broker(rule("ci", maxTtl(Duration.ofHours(24)), "access:prod"));
        TokenGrant grant = broker.token(USER, token(TokenKind.ACCESS, Duration.ofSeconds(60)));
        assertThat(grant.left()).isEqualTo(Duration.ofHours(1));
        assertThat(grant.expiresAt()).isEqualTo(grant.tokenEndsAt());
    }

    @Test
    void minTtl_aboveMaxTtl_isAnsweredAllTheSameWithoutIam() {
        GuardedTokenBroker broker = broker(rule("ci", maxTtl(Duration.ofMinutes(1)), "access:prod"));
        broker.token(USER, token(TokenKind.ACCESS, Duration.ofSeconds(60)));
        int before = bench.iam.requests().size();

        TokenGrant grant = broker.token(USER, token(TokenKind.ACCESS, Duration.ofMinutes(10)));

        assertThat(grant.left()).isEqualTo(Duration.ofMinutes(1));
        assertThat(bench.iam.requests()).hasSize(before);
    }

    @Test
    void maxTtl_kubeCredential_endsThenAndNotAMarginEarlier() {
        GuardedTokenBroker broker = broker(rule("ci", maxTtl(Duration.ofSeconds(60)), "kube:prod"));
        KubeRequest request = new KubeRequest("prod", null, null, TokenRequest.DEFAULT_MIN_TTL, Duration.ofSeconds(1));
        KubeCredential credential = broker.kubeCredential(USER, request);
        Duration stated = Duration.between(bench.time.now(), credential.expirationTimestamp());
        assertThat(stated).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(60));

        broker.reconfigure(policy(rule("ci", maxTtl(Duration.ofHours(24)), "kube:prod")), MARGIN);
        KubeCredential whole = broker.kubeCredential(USER, request);
        Instant tokenEnds = whole.grant().tokenEndsAt();
        assertThat(whole.expirationTimestamp()).isBefore(tokenEnds.minus(MARGIN).plusSeconds(1));
    }

    @Test
    void rate_usedUp_saysWhenToComeBack() {
        GuardedTokenBroker broker = broker(rule("ci", rate("2/m"), "access:prod"));
        broker.takeTurn(USER, "ci", "prod");
        broker.takeTurn(USER, "ci", "prod");
        assertThatThrownBy(() -> broker.takeTurn(USER, "ci", "prod"))
                .isInstanceOfSatisfying(TooManyRequests.class, failure -> {
                    assertThat(failure).hasMessageContaining("\"ci\"").hasMessageContaining("2/m");
                    assertThat(failure.about().retryAfter()).isEqualTo(Duration.ofSeconds(30));
                });
        broker.takeTurn(USER, "other", "prod");
        broker.takeTurn(USER, Policy.OWNER, "prod");
        bench.time.advance(Duration.ofSeconds(30));
        broker.takeTurn(USER, "ci", "prod");
    }

    @Test
    void rate_reloadedUnchanged_isNotFilledAgain() {
        GuardedTokenBroker broker = broker(rule("ci", rate("1/h"), "access:prod"));
        broker.takeTurn(USER, "ci", "prod");
        broker.reconfigure(policy(rule("ci", rate("1/h"), "access:prod", "kube:prod")), MARGIN);
        assertThatThrownBy(() -> broker.takeTurn(USER, "ci", "prod")).isInstanceOf(TooManyRequests.class);

        broker.reconfigure(policy(rule("ci", rate("2/h"), "access:prod")), MARGIN);
        broker.takeTurn(USER, "ci", "prod");
    }

    /** As often as it is refused; the log makes one line of what repeats within a minute. */
    @Test
    void rate_usedUp_isOnRecordByItsRule() {
        GuardedTokenBroker broker = broker(rule("ci", rate("1/m"), "access:prod"));
        broker.takeTurn(USER, "ci", "prod");
        assertThat(audit).isEmpty();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> broker.takeTurn(USER, "ci", "prod")).isInstanceOf(TooManyRequests.class);
        }
        AuditEvent refused = new AuditEvent(bench.time.now(), USER, "over-rate", "prod", null, false, "ci");
        assertThat(audit).containsExactly(refused, refused);
    }

    @Test
    void withheld_processChanged_isOnRecordByItsRule() {
        GuardedTokenBroker broker = broker(rule("ci", Terms.NONE, "access:prod"));
        broker.withheld(USER, "prod");
        broker.withheld(USER, "made-up");
        broker.withheld(USER, null);
        assertThat(audit)
                .extracting(AuditEvent::action, AuditEvent::account, AuditEvent::allowed, AuditEvent::rule)
                .containsExactly(
                        tuple("process-changed", "prod", false, "ci"),
                        tuple("process-changed", "(not configured)", false, "ci"),
                        tuple("process-changed", "*", false, "ci"));
    }

    @Test
    void expired_rule_deniesWithItsNameAndIsOnRecord() {
        Terms ended = new Terms(null, null, bench.time.now(), /* dryRun= */ false);
        GuardedTokenBroker broker =
                broker(rule("guest", ended, "access:prod"), rule("everybody", Terms.NONE, "access:prod"));
        assertThatThrownBy(() -> broker.token(USER, token(TokenKind.ACCESS, Duration.ofSeconds(60))))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessageContaining("\"guest\" has expired");
        assertThat(audit)
                .singleElement()
                .satisfies(event -> assertThat(event.rule()).isEqualTo("guest"));
    }

    @Test
    void dryRun_wouldDeny_isServedAndToldOnceInTheLogAndEachTimeOnRecord() {
        Terms dryRun = new Terms(null, null, null, /* dryRun= */ true);
        GuardedTokenBroker broker =
                broker(rule("trial", dryRun, "list:prod"), rule("everybody", Terms.NONE, "access:prod"));
        try (LogLines log = new LogLines(DryRuns.class.getName())) {
            for (int i = 0; i < 3; i++) {
                broker.token(USER, token(TokenKind.ACCESS, Duration.ofSeconds(60)));
                broker.account(USER, "prod");
            }
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("dry-run: client \"trial\" would be denied access of account prod");
        }
        assertThat(wouldDeny).containsExactly("trial", "trial", "trial");
        assertThat(audit)
                .filteredOn(event -> event.rule().equals("trial"))
                .hasSize(3)
                .allSatisfy(event -> {
                    assertThat(event.action()).isEqualTo("dry-run:access");
                    assertThat(event.allowed()).isFalse();
                    assertThat(event.fingerprint()).isNull();
                });
    }

    @Test
    void explain_withoutAdminOfAll_isDeniedAndOnRecord() {
        GuardedTokenBroker broker = broker(rule("ci", Terms.NONE, "admin:prod", "access:*"));
        assertThatThrownBy(() -> broker.explain(USER, USER, Verb.ACCESS, "prod", null))
                .isInstanceOf(BrokerFailure.Denied.class);
        assertThat(audit)
                .singleElement()
                .satisfies(event -> assertThat(event.allowed()).isFalse());

        broker.reconfigure(policy(rule("ci", Terms.NONE, "admin:*")), MARGIN);
        Decision decision =
                broker.explain(USER, USER, Verb.ACCESS, "prod", null).decision();
        assertThat(decision).isEqualTo(new Decision.Deny("ci", "client \"ci\" has no right to this"));
    }

    /** A question about nobody, or nothing, would have an answer that looks like one. */
    @Test
    void explain_accountOrClientThatThereIsNot_isRefusedAndTheNearestNamed() {
        GuardedTokenBroker broker = broker(rule("ci", Terms.NONE, "admin:*"));
        assertThatThrownBy(() -> broker.explain(USER, USER, Verb.ACCESS, "prdo", null))
                .isInstanceOf(BrokerFailure.Unknown.class)
                .hasMessageContaining("no account has this name")
                .hasMessageContaining("did you mean \"prod\"?");
        assertThatThrownBy(() -> broker.explain(USER, USER, Verb.ACCESS, "*", null))
                .isInstanceOf(BrokerFailure.Unknown.class);
        assertThat(broker.explain(USER, USER, Verb.ADMIN, "*", null).decision()).isInstanceOf(Decision.Allow.class);
        ClientIdentity misspelt = ClientIdentity.ofSecret(Set.of("cj"));
        assertThatThrownBy(() -> broker.explain(USER, misspelt, Verb.ACCESS, "prod", null))
                .isInstanceOf(BrokerFailure.BadRequest.class)
                .hasMessage(
                        "no client under 'clients' has this name; 'iam-broker check-config' shows them; did you mean \"ci\"?");
        ClientIdentity withoutSecret = ClientIdentity.ofSecret(Set.of("ci"));
        assertThatThrownBy(() -> broker.explain(USER, withoutSecret, Verb.ACCESS, "prod", null))
                .isInstanceOf(BrokerFailure.BadRequest.class)
                .hasMessageContaining("has no secret to present");
    }
}
