package dev.iambroker.fleet.etcd;

import static dev.iambroker.fleet.etcd.World.name;
import static dev.iambroker.fleet.etcd.World.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.etcd.World.Member;
import dev.iambroker.iam.Grant;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the fleet key is changed for another. */
final class ResealingTest {
    private static final Duration A_WHILE = Duration.ofSeconds(8);
    private static final Duration UNTIL_SEALED_ANEW = Duration.ofSeconds(12);
    private static final Duration UNTIL_ADRIFT = Duration.ofSeconds(15);

    /** Where there is nothing to be read a member looks at its key once a minute. */
    private static final Duration UNTIL_FOUND_OUT = Duration.ofSeconds(75);

    private static final String OLD = World.KEY;
    private static final String NEW = "another-key-another-key-another-key";
    private static final String OLD_FIRST = OLD + "\n" + NEW;
    private static final String NEW_FIRST = NEW + "\n" + OLD;
    private static final AccountName PROD = name("prod");

    private final World world = new World();
    private final FakeIam iam = new FakeIam();

    private static void save(Member member, AccountName account, String token) {
        member.fleet.sessions().load(account);
        member.fleet.sessions().save(account, session(token));
    }

    private static boolean holds(Member member, AccountName account, String token) {
        var found = member.fleet.sessions().load(account);
        return found != null
                && found.refreshToken() != null
                && found.refreshToken().matches(Secret.of(token));
    }

    private void refresh(Member member) {
        var unused = member.fleet.fenced(iam).request(World.account("prod"), new Grant.Refresh(Secret.of("r1"), null));
    }

    private List<Long> revisions() {
        return world.server.entries().stream().map(Etcd.Entry::modRevision).toList();
    }

    /** All that an earlier fleet left: {@code prod}, with how its renewal ended, and another that nobody renews any more. */
    private void leaveBehind() {
        Member before = world.join("before", OLD, PROD, name("gone"));
        world.pass(A_WHILE);
        save(before, PROD, "r1");
        save(before, name("gone"), "g1");
        before.fleet.tell(PROD, TokenKind.KUBE, new Ending(Ending.Reason.REFUSED, "no", null, Instant.EPOCH));
        world.pass(Duration.ofSeconds(1));
        before.fleet.close();
        before.stop(true);
    }

    @Test
    void whatNobodyRenewsIsSealedByTheNewKeyToo() {
        leaveBehind();
        Member one = world.join("one", NEW_FIRST, PROD);
        assertThat(one.fleet.report().oldSeals()).isEqualTo(3);
        world.pass(UNTIL_SEALED_ANEW);

        assertThat(one.fleet.report().oldSeals()).isZero();
        one.fleet.close();
        one.stop(true);
        Member two = world.join("two", NEW, PROD, name("gone"));
        assertThat(holds(two, PROD, "r1")).isTrue();
        assertThat(holds(two, name("gone"), "g1")).isTrue();
        assertThat(two.heard).contains("told prod kube REFUSED");
        assertThatExceptionOfType(FleetRefused.class).isThrownBy(() -> world.join("late", OLD, PROD));
    }

    @Test
    void theRenewerGoesOnWithTheSessionThatItSealedAnew() {
        leaveBehind();
        Member one = world.join("one", NEW_FIRST, PROD);
        assertThat(holds(one, PROD, "r1")).isTrue();
        world.pass(UNTIL_SEALED_ANEW);
        one.heard.clear();
        refresh(one);
        one.fleet.sessions().save(PROD, session("r2"));

        assertThat(iam.asked).containsExactly("refresh_token");
        assertThat(holds(one, PROD, "r2")).isTrue();
        assertThat(one.heard).isEmpty();
    }

    @Test
    void aRenewalUnderWayCanWriteItsAnswer() {
        leaveBehind();
        Member one = world.join("one", NEW_FIRST, PROD);
        assertThat(holds(one, PROD, "r1")).isTrue();
        iam.during = () -> world.pass(UNTIL_SEALED_ANEW);
        refresh(one);
        world.pass(A_WHILE);
        assertThat(one.fleet.report().oldSeals()).isEqualTo(1);
        one.fleet.sessions().save(PROD, session("r2"));

        assertThat(one.fleet.report().oldSeals()).isZero();
        assertThat(holds(one, PROD, "r2")).isTrue();
    }

    @Test
    void membersInTheMiddleOfTheChangeDoNotUndoEachOthersWork() {
        leaveBehind();
        Member one = world.join("one", NEW_FIRST, PROD);
        Member two = world.join("two", OLD_FIRST, PROD);
        Member renewer = one.renews("prod") ? one : two;
        world.pass(UNTIL_SEALED_ANEW);
        save(renewer, PROD, "r2");
        world.pass(UNTIL_SEALED_ANEW);
        List<Long> settled = revisions();
        world.pass(UNTIL_SEALED_ANEW);

        assertThat(revisions()).isEqualTo(settled);
        assertThat(holds(one, PROD, "r2")).isTrue();
        assertThat(holds(two, PROD, "r2")).isTrue();
    }

    @Test
    void aMemberThatLacksTheNewKeyLeavesItsLoginsToTheOthers() {
        Member late = world.join("late", OLD, PROD);
        world.pass(A_WHILE);
        assertThat(late.renews("prod")).isTrue();
        Member one = world.join("one", NEW_FIRST, PROD);
        save(one, PROD, "r1");
        world.pass(Duration.ofSeconds(1));
        assertThat(late.fleet.report().unreadable()).isPositive();
        world.pass(UNTIL_ADRIFT);

        assertThat(one.renews("prod")).isTrue();
        assertThat(one.fleet.report().members()).hasSize(1);
        assertThat(late.fleet.duty(PROD)).isEqualTo(Duty.ADRIFT);
        assertThat(late.fleet.report().refusal())
                .startsWith("the fleet key does not open what is under /iam-broker/: ");
    }

    @Test
    void aSealThatIsBrokenDoesNotPartMembersThatReadEachOther() {
        Member one = world.join("one", OLD, PROD);
        var unused = one.etcd.commit(
                List.of(), List.of(new Etcd.Change.Put("/iam-broker/seal", Bytes.of("broken by whoever it was"), 0)));
        world.pass(UNTIL_FOUND_OUT);

        assertThat(one.renews("prod")).isTrue();
        assertThat(one.fleet.report().refusal()).isNull();
    }

    @Test
    void aMemberWhoseKeyFitsAgainHasItsPart() {
        Member late = world.join("late", OLD, PROD);
        Member one = world.join("one", NEW_FIRST);
        world.pass(UNTIL_FOUND_OUT);
        assertThat(late.renews("prod")).isFalse();
        one.fleet.close();
        one.stop(true);
        world.join("two", OLD_FIRST);
        world.pass(UNTIL_FOUND_OUT);

        assertThat(late.renews("prod")).isTrue();
        assertThat(late.fleet.report().members()).hasSize(2);
    }
}
