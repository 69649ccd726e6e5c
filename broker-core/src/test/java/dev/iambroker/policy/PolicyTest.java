package dev.iambroker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyTest {
    private static final int DAEMON = 990;

    private static ClientIdentity uid(int uid) {
        return ClientIdentity.ofPeer(new Peer(uid, uid, Set.of(uid, 1001), 1, 1));
    }

    private static Policy policy(Rule... rules) {
        return new Policy(List.of(rules), DAEMON);
    }

    private static Rule rule(String name, Match match, String... rights) {
        return new Rule(
                name,
                match,
                List.of(rights).stream()
                        .map(right -> Right.parse(right).orElseThrow())
                        .toList());
    }

    private static boolean allowed(Policy policy, ClientIdentity client, Verb verb, String account, String... cluster) {
        return policy.decide(client, new Action(verb, account, Set.of(cluster))) instanceof Decision.Allow;
    }

    @Test
    void noRules_onlyTheDaemonsUserAndRoot_getAnything() {
        Policy policy = policy();
        assertThat(allowed(policy, uid(DAEMON), Verb.ADMIN, "prod")).isTrue();
        assertThat(allowed(policy, uid(0), Verb.ACCESS, "prod")).isTrue();
        assertThat(allowed(policy, uid(1000), Verb.LIST, "prod")).isFalse();
        assertThat(allowed(policy, ClientIdentity.ofSecret(Set.of()), Verb.LIST, "prod"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "access:prod, ACCESS, prod, , true",
        "access:prod, KUBE,   prod, , false",
        "access:prod, LIST,   prod, , true",
        "access:prod, LIST,   dev,  , false",
        "access:prod, ADMIN,  prod, , false",
        "kube:prod,   KUBE,   prod, , true",
        "kube:prod,   KUBE,   prod, c1, true",
        "kube:prod/c1, KUBE,  prod, c1, true",
        "kube:prod/c1, KUBE,  prod, c2, false",
        "kube:prod/c1, KUBE,  prod, , false",
        "kube:prod/c1, LIST,  prod, , true",
        "kube:*,      KUBE,   dev,  c9, true",
        "'*:prod',    ACCESS, prod, , true",
        "'*:prod',    UAA,    prod, , true",
        "'*:prod',    ADMIN,  prod, , false",
        "admin:prod,  ADMIN,  prod, , true",
        "admin:prod,  ACCESS, prod, , false",
        "'admin:*',   ADMIN,  dev,  , true",
        "'*:*',       ADMIN,  dev,  , false"
    })
    void right_covers_exactlyWhatItSays(
            String right, Verb verb, String account, @Nullable String cluster, boolean expected) {
        Policy policy = policy(rule("r", new Match(1000, null, /* secret= */ false), right));
        String[] clusters = cluster == null ? new String[0] : new String[] {cluster};
        assertThat(allowed(policy, uid(1000), verb, account, clusters)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "prod",
                ":prod",
                "access:",
                "token:prod",
                "access:pro*",
                "access:prod/c1",
                "kube:a/b/c",
                "kube:a/"
            })
    void right_malformed_isNone(String text) {
        assertThat(Right.parse(text)).isEmpty();
    }

    @Test
    void firstMatchingRule_decidesAlone() {
        Policy policy = policy(
                rule("narrow", new Match(1000, null, /* secret= */ false), "kube:prod"),
                rule("wide", new Match(null, 1001, /* secret= */ false), "access:prod"));
        assertThat(allowed(policy, uid(1000), Verb.ACCESS, "prod")).isFalse();
        assertThat(allowed(policy, uid(2000), Verb.ACCESS, "prod")).isTrue();
        assertThat(policy.nameOf(uid(1000))).isEqualTo("narrow");
        assertThat(policy.nameOf(uid(2000))).isEqualTo("wide");
    }

    @Test
    void gid_supplementaryGroup_matches() {
        Policy policy = policy(rule("group", new Match(null, 1001, /* secret= */ false), "access:prod"));
        assertThat(allowed(policy, uid(1000), Verb.ACCESS, "prod")).isTrue();
    }

    @Test
    void secretAndUid_bothAsked_bothAreNeeded() {
        Policy policy = policy(rule("both", new Match(1000, null, /* secret= */ true), "access:prod"));
        Peer peer = new Peer(1000, 1000, Set.of(), 1, 1);
        assertThat(allowed(policy, ClientIdentity.ofPeer(peer), Verb.ACCESS, "prod"))
                .isFalse();
        assertThat(allowed(policy, ClientIdentity.ofSecret(Set.of("both")), Verb.ACCESS, "prod"))
                .isFalse();
        assertThat(allowed(policy, new ClientIdentity(peer, Set.of("both")), Verb.ACCESS, "prod"))
                .isTrue();
    }

    @Test
    void denial_namesTheRuleThatDecided() {
        Policy policy = policy(rule("ci", new Match(1000, null, /* secret= */ false), "kube:prod"));
        Decision decision = policy.decide(uid(1000), Action.on(Verb.ACCESS, "prod"));
        assertThat(decision).isEqualTo(new Decision.Deny("ci", "client \"ci\" has no right to this"));
    }

    private static ClientIdentity running(@Nullable Program program, String... proven) {
        return new ClientIdentity(new Peer(1000, 1000, Set.of(), 1, 1, program), Set.of(proven));
    }

    private static Rule rule(String name, Match match, Terms terms, String... rights) {
        return new Rule(name, match, rule(name, match, rights).allow(), terms);
    }

    @ParameterizedTest
    @CsvSource({
        "/bin/a, ab, a.service, s, true",
        "/bin/b, ab, a.service, s, false",
        "/bin/a, cd, a.service, s, false",
        "/bin/a, ab, b.service, s, false",
        "/bin/a, ab, a.service, x, false",
        "      , ab, a.service, s, false",
        "/bin/a,   , a.service, s, false",
        "/bin/a, ab,          , s, false"
    })
    void exeContentUnitAndSecret_allAsked_allMustHold(
            @Nullable String exe, @Nullable String sha256, @Nullable String unit, String proven, boolean expected) {
        Policy policy = policy(rule("s", new Match(1000, null, "/bin/a", "ab", "a.service", true), "access:prod"));
        ClientIdentity client = running(new Program(exe, sha256, unit, null), proven);
        assertThat(allowed(policy, client, Verb.ACCESS, "prod")).isEqualTo(expected);
        assertThat(allowed(policy, running(null, proven), Verb.ACCESS, "prod")).isFalse();
    }

    @Test
    void asks_onlyOfWhomARuleIsAbout() {
        Policy policy = policy(
                rule("first", new Match(1000, null, /* secret= */ false), "list:prod"),
                rule("by-exe", new Match(2000, null, "/bin/a", "ab", null, false), "access:prod"),
                rule("by-unit", new Match(null, null, null, null, "a.service", false), "access:prod"));
        assertThat(policy.asks(uid(1000))).isEmpty();
        assertThat(policy.asks(uid(2000))).containsExactly(Fact.EXE, Fact.EXE_SHA256, Fact.UNIT);
        assertThat(policy.asks(uid(3000))).containsExactly(Fact.UNIT);
        assertThat(policy.asks(uid(DAEMON))).isEmpty();
        assertThat(policy.asks(uid(0))).isEmpty();
        assertThat(policy.asks(ClientIdentity.ofSecret(Set.of("by-exe")))).isEmpty();
        assertThat(policy().asks(uid(1000))).isEmpty();
    }

    @Test
    void asks_contentOfAFile_onlyIfAllElseHolds() {
        Policy policy = policy(rule("r", new Match(1000, null, "/bin/a", "ab", null, false), "access:prod"));
        assertThat(policy.asks(running(new Program("/bin/b", null, null, null))))
                .doesNotContain(Fact.EXE_SHA256);
        assertThat(policy.asks(running(new Program("/bin/a", null, null, null))))
                .contains(Fact.EXE_SHA256);
    }

    @Test
    void isByProgram_onlyWhereTheDecidingRuleAsksForIt() {
        Policy policy = policy(
                rule("by-exe", new Match(null, null, "/bin/a", null, null, false), "access:prod"),
                rule("by-uid", new Match(1000, null, /* secret= */ false), "access:prod"));
        assertThat(policy.isByProgram(running(new Program("/bin/a", null, null, null))))
                .isTrue();
        assertThat(policy.isByProgram(running(new Program("/bin/b", null, null, null))))
                .isFalse();
    }

    @Test
    void expired_rule_goesOnToMatchAndDeniesAndSaysSo() {
        Instant end = Instant.parse("2026-03-01T00:00:00Z");
        AtomicReference<Instant> now = new AtomicReference<>(end.minusNanos(1));
        Match anyone = new Match(1000, null, /* secret= */ false);
        Policy policy = new Policy(
                List.of(
                        rule("guest", anyone, new Terms(null, null, end, false), "access:prod"),
                        rule("everybody", anyone, "access:prod", "access:dev")),
                DAEMON,
                now::get);
        assertThat(allowed(policy, uid(1000), Verb.ACCESS, "prod")).isTrue();
        now.set(end);
        assertThat(policy.decide(uid(1000), Action.on(Verb.ACCESS, "prod")))
                .isEqualTo(new Decision.Deny(
                        "guest",
                        "client \"guest\" has expired: its rule under 'clients' ended at 2026-03-01T00:00:00Z"));
        assertThat(policy.mayUse(uid(1000), Verb.LIST, "prod")).isFalse();
        assertThat(policy.nameOf(uid(1000))).isEqualTo("guest");
    }

    @Test
    void expires_withoutAClock_isNeverTakenForStillGood() {
        Terms ends = new Terms(null, null, Instant.EPOCH, false);
        Policy policy = policy(rule("r", new Match(1000, null, /* secret= */ false), ends, "access:prod"));
        assertThatThrownBy(() -> policy.decide(uid(1000), Action.on(Verb.ACCESS, "prod")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void dryRun_rule_letsNobodyInAndSaysWhatItWouldDeny() {
        Terms dryRun = new Terms(null, null, null, /* dryRun= */ true);
        Match anyone = new Match(null, 1001, /* secret= */ false);
        Policy alone = policy(rule("trial", anyone, dryRun, "access:prod"));
        assertThat(allowed(alone, uid(1000), Verb.ACCESS, "prod")).isFalse();
        assertThat(alone.nameOf(uid(1000))).isEqualTo(Policy.NOBODY);

        Policy before =
                policy(rule("trial", anyone, dryRun, "access:prod"), rule("wide", anyone, "access:prod", "access:dev"));
        assertThat(allowed(before, uid(1000), Verb.ACCESS, "dev")).isTrue();
        assertThat(before.wouldDeny(uid(1000), Action.on(Verb.ACCESS, "dev"))).isEqualTo("trial");
        assertThat(before.wouldDeny(uid(1000), Action.on(Verb.ACCESS, "prod"))).isNull();
        assertThat(before.wouldDeny(uid(0), Action.on(Verb.ACCESS, "dev"))).isNull();
    }

    @Test
    void explain_everyRuleUpToTheOneThatDecides_saysWhy() {
        Terms dryRun = new Terms(null, null, null, /* dryRun= */ true);
        Policy policy = policy(
                rule("by-uid", new Match(7, null, /* secret= */ false), "access:prod"),
                rule("by-gid", new Match(null, 8, /* secret= */ false), "access:prod"),
                rule("by-exe", new Match(null, null, "/bin/b", null, null, false), "access:prod"),
                rule("by-content", new Match(null, null, null, "cd", null, false), "access:prod"),
                rule("by-unit", new Match(null, null, null, null, "b.service", false), "access:prod"),
                rule("by-secret", new Match(null, null, /* secret= */ true), "access:prod"),
                rule("trial", new Match(1000, null, /* secret= */ false), dryRun, "list:prod"),
                rule("last", new Match(1000, null, /* secret= */ false), "access:prod"),
                rule("never", new Match(1000, null, /* secret= */ false), "access:prod"));
        Explanation explanation =
                policy.explain(running(new Program("/bin/a", "ab", null, null)), Action.on(Verb.ACCESS, "prod"));
        assertThat(explanation.decision()).isEqualTo(new Decision.Allow("last", Terms.NONE));
        assertThat(explanation.steps())
                .extracting(step -> step.rule() + ": " + step.outcome().word() + ": " + step.why())
                .containsExactly(
                        "by-uid: no-match: asks for uid 7, and the client has 1000",
                        "by-gid: no-match: asks for gid 8, and the client is not in that group",
                        "by-exe: no-match: asks for exe /bin/b, and the client has /bin/a",
                        "by-content: no-match: asks for exe-sha256 cd, and the client has ab",
                        "by-unit: no-match: asks for unit b.service, and the client has none that is known",
                        "by-secret: no-match: asks for its client secret, and the client did not present it",
                        "trial: dry-run: matches and decides nothing, being in dry-run: client \"trial\" has no right"
                                + " to this",
                        "last: decides: matches and has a right to this");
        assertThat(policy.explain(uid(0), Action.on(Verb.ACCESS, "prod")))
                .isEqualTo(new Explanation(List.of(), new Decision.Allow(Policy.OWNER, Terms.NONE)));
    }

    @Test
    void alongside_another_allowsOnlyWhatBothAllow() {
        Match anyone = new Match(1000, null, /* secret= */ false);
        Policy before = policy(rule("old", anyone, "access:prod", "access:dev"));
        Policy next = policy(rule("new", anyone, "access:prod", "access:team"));

        Policy both = next.alongside(before);

        assertThat(allowed(both, uid(1000), Verb.ACCESS, "prod")).isTrue();
        assertThat(allowed(both, uid(1000), Verb.ACCESS, "dev")).isFalse();
        assertThat(allowed(both, uid(1000), Verb.ACCESS, "team")).isFalse();
        assertThat(both.mayUse(uid(1000), Verb.LIST, "prod")).isTrue();
        assertThat(both.mayUse(uid(1000), Verb.LIST, "team")).isFalse();
        assertThat(allowed(both, uid(DAEMON), Verb.ADMIN, "team")).isTrue();
        assertThat(both.nameOf(uid(1000))).isEqualTo("new");
    }
}
