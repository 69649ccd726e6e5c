package dev.iambroker.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import java.util.List;
import java.util.Set;
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
