package dev.iambroker.fleet.etcd;

import static dev.iambroker.fleet.etcd.World.name;
import static dev.iambroker.fleet.etcd.World.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.etcd.World.Member;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.SessionSuperseded;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions of a fleet, and the requests that use them up. */
final class SharedSessionsTest {
    private static final Duration A_WHILE = Duration.ofSeconds(8);
    private static final Duration UNTIL_TAKEN_OVER = Duration.ofSeconds(15);
    private static final AccountName PROD = name("prod");
    private static final Account ACCOUNT = World.account("prod");

    private final World world = new World();
    private final FakeIam iam = new FakeIam();
    private Member one;
    private Member two;

    /** {@link #one} renews. */
    @BeforeEach
    void join() {
        Member first = world.join("one", PROD);
        Member second = world.join("two", PROD);
        world.pass(A_WHILE);
        one = first.renews("prod") ? first : second;
        two = first.renews("prod") ? second : first;
        one.fleet.sessions().load(PROD);
        one.fleet.sessions().save(PROD, session("r1"));
        world.pass(Duration.ofSeconds(1));
    }

    private IamAnswer refresh(Member member, String token) {
        return member.fleet.fenced(iam).request(ACCOUNT, new Grant.Refresh(Secret.of(token), null));
    }

    private static String tokenOf(Member member) {
        StoredSession found = member.fleet.sessions().load(PROD);
        Secret token = found == null ? null : found.refreshToken();
        return token == null ? "none" : token.fingerprint();
    }

    private static String print(String token) {
        return Secret.of(token).fingerprint();
    }

    private boolean isIntentOpen() {
        return world.server.entries().stream().anyMatch(entry -> entry.key().contains("/intent/"));
    }

    @Test
    void whatOneSavesTheOtherHearsOfAndLoads() {
        assertThat(two.heard).containsOnlyOnce("arrived prod");
        assertThat(one.heard).doesNotContain("arrived prod");
        assertThat(tokenOf(two)).isEqualTo(print("r1"));
    }

    @Test
    void aSessionThatAnotherChangedIsNotWrittenOver() {
        two.fleet.sessions().load(PROD);
        two.fleet.sessions().save(PROD, session("r2"));

        assertThatExceptionOfType(SessionSuperseded.class)
                .isThrownBy(() -> one.fleet.sessions().save(PROD, session("r3")));
        assertThat(tokenOf(one)).isEqualTo(print("r2"));
        one.fleet.sessions().save(PROD, session("r4"));
    }

    /** As whoever may write to etcd, and has no fleet key, can put it there. */
    @Test
    void whatNobodyCanReadIsReplacedByTheNextRenewal() {
        String key = world.server.entries().stream()
                .map(Etcd.Entry::key)
                .filter(each -> each.contains("/session/"))
                .findFirst()
                .orElseThrow();
        assertThat(two.etcd
                        .commit(List.of(), List.of(new Etcd.Change.Put(key, Bytes.of("no session"), 0)))
                        .isDone())
                .isTrue();
        world.pass(Duration.ofSeconds(1));
        assertThat(one.renews("prod")).isTrue();
        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().load(PROD))
                .withMessageContaining("log in anew");
        var unused = refresh(one, "r1");
        one.fleet.sessions().save(PROD, session("r2"));
        world.pass(Duration.ofSeconds(1));

        assertThat(tokenOf(two)).isEqualTo(print("r2"));
    }

    @Test
    void whatMayHaveBeenWrittenIsFoundOutBeforeTheNext() {
        one.etcd.loseNextAnswer();
        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().save(PROD, session("r2")))
                .isNotInstanceOf(SessionSuperseded.class);
        one.fleet.sessions().save(PROD, session("r3"));

        assertThat(tokenOf(one)).isEqualTo(print("r3"));
        world.pass(Duration.ofSeconds(1));
        assertThat(tokenOf(two)).isEqualTo(print("r3"));
    }

    @Test
    void whatMayHaveBeenWrittenDoesNotKeepTheNextRefreshBack() {
        one.etcd.loseNextAnswer();
        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().save(PROD, session("r1")));
        world.pass(Duration.ofSeconds(1));
        var unused = refresh(one, "r1");

        assertThat(iam.asked).containsExactly("refresh_token");
        one.fleet.sessions().save(PROD, session("r2"));
        assertThat(tokenOf(one)).isEqualTo(print("r2"));
    }

    @Test
    void whatMayHaveBeenWrittenBeforeTheLastIsNoSurpriseEither() {
        one.etcd.delayNextCommit();
        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().save(PROD, session("r2")));
        one.etcd.beforeNextCommit(one.etcd::deliver);
        one.etcd.loseNextAnswer();
        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().save(PROD, session("r3")));
        one.fleet.sessions().save(PROD, session("r4"));

        assertThat(tokenOf(one)).isEqualTo(print("r4"));
    }

    @Test
    void twoSessionsAreWrittenOrNone() {
        SessionStore sessions = one.fleet.sessions();
        sessions.load(name("team"));
        sessions.save(PROD, session("r2"), name("team"), session(""));
        two.fleet.sessions().load(PROD);
        world.pass(Duration.ofSeconds(1));
        two.fleet.sessions().load(PROD);
        two.fleet.sessions().save(PROD, session("r3"));
        long before = revisionOf("team");

        assertThatExceptionOfType(SessionSuperseded.class)
                .isThrownBy(() -> sessions.save(PROD, session("r4"), name("team"), session("")));
        assertThat(revisionOf("team")).isEqualTo(before);
    }

    private long revisionOf(String alias) {
        var keys = new Keyspace("/iam-broker");
        return world.server.entries().stream()
                .filter(entry -> entry.key().equals(keys.session(keys.id(name(alias)))))
                .mapToLong(Etcd.Entry::modRevision)
                .sum();
    }

    @Test
    void onlyTheRenewerRefreshesAndWithTheIntentOnRecord() {
        boolean[] wasOnRecord = {false};
        iam.during = () -> wasOnRecord[0] = isIntentOpen();
        tokenOf(two);
        assertThatExceptionOfType(IamFailure.Retry.class).isThrownBy(() -> refresh(two, "r1"));
        assertThat(iam.asked).isEmpty();
        refresh(one, "r1");

        assertThat(iam.asked).containsExactly("refresh_token");
        assertThat(wasOnRecord[0]).isTrue();
        assertThat(iam.left.getFirst()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(8_500));
        one.fleet.sessions().save(PROD, session("r2"));
        assertThat(isIntentOpen()).isFalse();
    }

    @Test
    void whatUsesNothingUpIsTheRenewersTooAndNeedsNoIntent() {
        tokenOf(two);
        var grant = new Grant.DelegatedRefresh(Secret.of("r1"));
        assertThatExceptionOfType(IamFailure.Retry.class)
                .isThrownBy(() -> two.fleet.fenced(iam).request(ACCOUNT, grant));
        assertThatExceptionOfType(IamFailure.Retry.class)
                .isThrownBy(() -> two.fleet.fenced(iam).passcode(ACCOUNT, Secret.of("r1")));
        assertThat(iam.asked).isEmpty();
        var unused = one.fleet.fenced(iam).request(ACCOUNT, grant);

        assertThat(iam.asked).containsExactly("delegated_refresh_token");
        assertThat(isIntentOpen()).isFalse();
    }

    @Test
    void aRefreshTokenOfSomebodysLoginHereGoesThrough() {
        tokenOf(two);
        refresh(two, "brought-by-a-person");

        assertThat(iam.asked).containsExactly("refresh_token");
        assertThat(iam.left.getFirst()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    }

    @Test
    void aRenewerThatWasStoppedPresentsNothingAndPublishesNothing() {
        iam.during = () -> {
            one.stop(true);
            world.pass(UNTIL_TAKEN_OVER);
        };
        refresh(one, "r1");
        assertThat(two.renews("prod")).isTrue();
        assertThatExceptionOfType(SessionSuperseded.class)
                .isThrownBy(() -> one.fleet.sessions().save(PROD, session("r2")));
        iam.during = () -> {};
        assertThatExceptionOfType(IamFailure.Retry.class).isThrownBy(() -> refresh(one, "r1"));
        assertThat(iam.asked).hasSize(1);
    }

    @Test
    void aSuccessorPresentsOnceMoreWhatItsPredecessorMayHave() {
        iam.failure = new IamFailure.Retry("no answer", IamFailure.NO_STATUS, null, null);
        assertThatExceptionOfType(IamFailure.Retry.class).isThrownBy(() -> refresh(one, "r1"));
        assertThat(isIntentOpen()).isTrue();
        one.stop(true);
        world.pass(UNTIL_TAKEN_OVER);
        iam.failure = null;
        tokenOf(two);
        refresh(two, "r1");

        assertThat(two.fleet.report().reopened()).isEqualTo(1);
        two.fleet.sessions().save(PROD, session("r2"));
        assertThat(isIntentOpen()).isFalse();
    }

    @Test
    void aTokenThatIamRefusesLeavesNothingInDoubt() {
        iam.failure = new IamFailure.Reauthenticate("dead", 400, "BXNIM0407E");
        assertThatExceptionOfType(IamFailure.Reauthenticate.class).isThrownBy(() -> refresh(one, "r1"));
        world.pass(Duration.ofSeconds(1));

        assertThat(isIntentOpen()).isFalse();
    }

    @Test
    void aRefusalThatIsNotedLateLeavesTheNextTokensIntent() {
        iam.failure = new IamFailure.Reauthenticate("dead", 400, "BXNIM0407E");
        assertThatExceptionOfType(IamFailure.Reauthenticate.class).isThrownBy(() -> refresh(one, "r1"));
        one.fleet.sessions().save(PROD, session("r2"));
        iam.failure = new IamFailure.Retry("no answer", IamFailure.NO_STATUS, null, null);
        assertThatExceptionOfType(IamFailure.Retry.class).isThrownBy(() -> refresh(one, "r2"));
        world.pass(Duration.ofSeconds(1));

        assertThat(isIntentOpen()).isTrue();
    }

    @Test
    void withoutEtcdNothingIsPresented() {
        one.etcd.cutOff(true);

        assertThatExceptionOfType(IamFailure.Retry.class).isThrownBy(() -> refresh(one, "r1"));
        assertThat(iam.asked).isEmpty();
    }

    @Test
    void aLoginIsNotHandedOverBeforeTheAnswerIsWritten() {
        staysUntilWritten(each -> new Grant.Refresh(Secret.of("r-" + each), null));
    }

    @Test
    void aLoginByKeyIsNotHandedOverBeforeItsAnswerIsWritten() {
        staysUntilWritten(each -> new Grant.ApiKey(Secret.of("key-" + each), null, /* asClient= */ true));
    }

    private void staysUntilWritten(Function<AccountName, Grant> grant) {
        AccountName[] many =
                IntStream.range(0, 60).mapToObj(at -> name("b" + at)).toArray(AccountName[]::new);
        var other = new World();
        Member holder = other.join("one", many);
        other.pass(Duration.ofSeconds(1));
        for (AccountName each : many) {
            holder.fleet.sessions().load(each);
            holder.fleet.sessions().save(each, session("r-" + each));
            holder.fleet.fenced(iam).request(World.account(each.value()), grant.apply(each));
        }
        Member joiner = other.join("two", many);
        other.pass(A_WHILE);
        for (AccountName each : many) {
            assertThat(joiner.renews(each.value())).isFalse();
            holder.fleet.sessions().save(each, session("next-" + each));
        }
        other.pass(A_WHILE);
        assertThat(Arrays.stream(many).filter(each -> joiner.renews(each.value())))
                .isNotEmpty();
    }

    @Test
    void whoLeavesWhileARefreshTokenIsUnderWayLetsItsLeaseRunOut() {
        iam.during = one.fleet::close;
        var unused = refresh(one, "r1");

        assertThat(world.server.entries())
                .filteredOn(entry -> entry.key().contains("/renewer/"))
                .hasSize(1);
        one.stop(true);
        world.pass(UNTIL_TAKEN_OVER);
        assertThat(two.renews("prod")).isTrue();
    }
}
