package dev.iambroker.fleet.etcd;

import static dev.iambroker.fleet.etcd.World.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.Wish;
import dev.iambroker.fleet.etcd.World.Member;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who renews what, and what members hear of each other. */
final class EtcdFleetTest {
    private static final Duration A_WHILE = Duration.ofSeconds(8);
    private static final Duration UNTIL_TAKEN_OVER = Duration.ofSeconds(15);
    private static final AccountName PROD = name("prod");
    private static final AccountName[] MANY =
            IntStream.range(0, 500).mapToObj(at -> name("a" + at)).toArray(AccountName[]::new);

    private final World world = new World();

    @Test
    void oneAloneRenewsEverythingAtOnce() {
        Member one = world.join("one", PROD);
        world.pass(Duration.ofSeconds(1));

        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.OURS);
        assertThat(one.heard).contains("duty prod OURS");
    }

    @Test
    void whoJoinsTakesItsShareWithoutAMomentAtWhichNobodyOrTwoRenew() {
        Member one = world.join("one", MANY);
        world.pass(Duration.ofSeconds(1));
        Member two = world.join("two", MANY);
        for (int moment = 0; moment < 40; moment++) {
            for (AccountName each : MANY) {
                assertThat(one.renews(each.value()) && two.renews(each.value())).isFalse();
                assertThat(world.server.entries())
                        .extracting(Etcd.Entry::key)
                        .contains(new Keyspace("/iam-broker").renewer(new Keyspace("/iam-broker").id(MANY[moment])));
            }
            world.pass(Duration.ofMillis(250));
        }

        assertThat(shareOf(one)).isBetween(200L, 300L);
        assertThat(shareOf(one) + shareOf(two)).isEqualTo(MANY.length);
    }

    @Test
    void whatIsHeldIsHandedOverOnceItIsReleased() {
        Member one = world.join("one", MANY);
        world.pass(Duration.ofSeconds(1));
        Stream.of(MANY).forEach(each -> assertThat(one.fleet.hold(each)).isTrue());
        Member two = world.join("two", MANY);
        world.pass(A_WHILE);
        assertThat(shareOf(one)).isEqualTo(MANY.length);

        Stream.of(MANY).forEach(one.fleet::release);
        world.pass(Duration.ofSeconds(2));
        assertThat(shareOf(two)).isBetween(200L, 300L);
    }

    @Test
    void whatAnotherWroteIsNewsUntilItIsLoaded() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        world.pass(A_WHILE);
        two.fleet.sessions().load(PROD);
        two.fleet.sessions().save(PROD, World.session("r1"));
        assertThat(two.fleet.isBehind(PROD)).isFalse();
        world.pass(Duration.ofSeconds(1));
        assertThat(one.fleet.isBehind(PROD)).isTrue();

        one.fleet.sessions().load(PROD);
        assertThat(one.fleet.isBehind(PROD)).isFalse();
    }

    @Test
    void tenMembersDivideTenThousandLoginsEvenlyAlsoAfterOneLeft() {
        AccountName[] logins =
                IntStream.range(0, 10_000).mapToObj(at -> name("login" + at)).toArray(AccountName[]::new);
        List<Member> members = IntStream.range(0, 10)
                .mapToObj(at -> world.join("member" + at, logins))
                .toList();
        world.pass(A_WHILE);
        assertThat(members)
                .allSatisfy(member -> assertThat(shareOf(member, logins)).isBetween(800L, 1200L));

        members.getFirst().stop(true);
        world.pass(UNTIL_TAKEN_OVER);
        List<Member> left = members.subList(1, members.size());
        assertThat(left)
                .allSatisfy(member -> assertThat(shareOf(member, logins)).isBetween(888L, 1333L));
        assertThat(left.stream().mapToLong(member -> shareOf(member, logins)).sum())
                .isEqualTo(logins.length);
    }

    private static long shareOf(Member member, AccountName[] logins) {
        return Stream.of(logins).filter(login -> member.renews(login.value())).count();
    }

    private static long shareOf(Member member) {
        return IntStream.range(0, MANY.length)
                .filter(at -> member.renews(MANY[at].value()))
                .count();
    }

    @Test
    void whatAMemberThatDiedRenewedIsTakenOver() {
        Member one = world.join("one", MANY);
        Member two = world.join("two", MANY);
        world.pass(A_WHILE);
        one.stop(true);
        world.pass(UNTIL_TAKEN_OVER);

        assertThat(shareOf(two)).isEqualTo(MANY.length);
    }

    @Test
    void whatAMemberThatLeavesRenewedIsTakenOverAtOnce() {
        Member one = world.join("one", MANY);
        Member two = world.join("two", MANY);
        world.pass(A_WHILE);
        one.fleet.close();
        one.stop(true);
        world.pass(Duration.ofSeconds(2));

        assertThat(shareOf(two)).isEqualTo(MANY.length);
    }

    @Test
    void aMemberThatWasStoppedForLongerThanItsLeaseKnowsSoWhenItGoesOn() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        world.pass(A_WHILE);
        Member renewer = one.renews("prod") ? one : two;
        Member other = one.renews("prod") ? two : one;
        renewer.stop(true);
        world.pass(UNTIL_TAKEN_OVER);

        assertThat(renewer.renews("prod")).isFalse();
        assertThat(other.renews("prod")).isTrue();
        renewer.stop(false);
        world.pass(Duration.ofMillis(250));
        assertThat(renewer.renews("prod")).isFalse();
        assertThat(renewer.fleet.report().lostLeases()).isEqualTo(1);
        world.pass(A_WHILE);
        assertThat(renewer.renews("prod")).isTrue();
        assertThat(other.renews("prod")).isFalse();
    }

    @Test
    void aNewLeaseBringsBackNoDutyOfTheOneBeforeWhileTheMirrorIsOld() {
        Member one = world.join("one", PROD);
        world.pass(A_WHILE);
        world.nanos.addAndGet(UNTIL_TAKEN_OVER.toNanos());
        world.server.expire();
        one.fleet.keepLease();
        one.fleet.keepLease();

        assertThat(one.renews("prod")).isFalse();
        world.pass(A_WHILE);
        assertThat(one.renews("prod")).isTrue();
    }

    @Test
    void whoIsCutOffIsAdriftOnceItsLeaseIsOver() {
        Member one = world.join("one", PROD);
        world.pass(A_WHILE);
        one.etcd.cutOff(true);
        world.pass(Duration.ofSeconds(7));
        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.OURS);
        world.pass(Duration.ofSeconds(6));

        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.ADRIFT);
        assertThat(one.fleet.adrift()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(16));
        assertThat(one.heard).contains("duty prod ADRIFT");
        assertThat(one.fleet.report().isConnected()).isFalse();

        one.etcd.cutOff(false);
        world.pass(Duration.ofSeconds(3));
        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.OURS);
        assertThat(one.fleet.adrift()).isEqualTo(Duration.ZERO);
    }

    @Test
    void anEtcdThatKeepsLeasesAndTakesNoWriteIsAsGoodAsAway() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        world.pass(A_WHILE);
        Member other = one.renews("prod") ? two : one;
        world.server.refuseWrites("database space exceeded");
        world.pass(Duration.ofSeconds(90));

        assertThat(other.fleet.duty(PROD)).isEqualTo(Duty.ADRIFT);
        assertThat(other.fleet.adrift()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(90));
        assertThat(other.heard).contains("duty prod ADRIFT");
        assertThat(other.fleet.report().isConnected()).isFalse();

        world.server.refuseWrites(null);
        world.pass(Duration.ofSeconds(4));
        assertThat(other.fleet.duty(PROD)).isEqualTo(Duty.ANOTHERS);
        assertThat(other.fleet.adrift()).isEqualTo(Duration.ZERO);
        assertThat(other.fleet.report().isConnected()).isTrue();
    }

    @Test
    void anEtcdThatTakesNoWriteIsNotListedAllTheTime() {
        Member one = world.join("one", PROD);
        world.pass(A_WHILE);
        world.server.refuseWrites("database space exceeded");
        one.fleet.take(Map.of(name("another"), name("another")));
        int before = one.etcd.listings();
        world.pass(Duration.ofSeconds(60));

        assertThat(one.etcd.listings() - before).isBetween(2, 15);
        world.server.refuseWrites(null);
        world.pass(Duration.ofSeconds(10));
        assertThat(one.renews("another")).isTrue();
    }

    @Test
    void whoStartsWithoutEtcdIsAdriftAtOnceAndJoinsLater() {
        world.server.commit(List.of(), List.of());
        Member one = world.new Member("one", World.KEY);
        one.etcd.cutOff(true);
        one.fleet.take(Map.of(PROD, PROD));
        one.fleet.join();

        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.ADRIFT);
        one.etcd.cutOff(false);
        one.fleet.begin(one);
        one.fleet.keepLease();
        world.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        one.lane.drain();
        one.fleet.tick();
        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.OURS);
    }

    @Test
    void aClaimWhoseAnswerWasLostIsFoundOut() {
        Member one = world.new Member("one", World.KEY);
        one.fleet.join();
        one.fleet.take(Map.of(PROD, PROD));
        one.fleet.begin(one);
        one.etcd.loseNextAnswer();
        one.lane.drain();
        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.ANOTHERS);
        world.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        one.fleet.tick();

        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.OURS);
    }

    @Test
    void aHandoverWhoseAnswerWasLostIsFoundOut() {
        Member one = world.join("one", MANY);
        world.pass(Duration.ofSeconds(1));
        one.etcd.loseNextAnswer();
        Member two = world.join("two", MANY);
        world.pass(A_WHILE);

        assertThat(shareOf(one) + shareOf(two)).isEqualTo(MANY.length);
        assertThat(shareOf(two)).isGreaterThan(200);
    }

    @Test
    void aLoginThatTheFirstInRankDoesNotKnowIsTakenByTheNext() {
        Member one = world.join("one", MANY);
        Member two = world.join("two");
        world.pass(A_WHILE);

        assertThat(shareOf(one)).isEqualTo(MANY.length);
        assertThat(shareOf(two)).isZero();
    }

    @Test
    void whoTakesLessGivesTheRestBack() {
        Member one = world.join("one", MANY);
        world.pass(A_WHILE);
        one.fleet.take(Map.of(MANY[0], MANY[0]));
        world.pass(Duration.ofSeconds(1));

        assertThat(world.server.entries().stream()
                        .filter(entry -> entry.key().contains("/renewer/"))
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anotherFleetKeyIsRefused() {
        world.join("one", PROD);

        assertThatExceptionOfType(FleetRefused.class)
                .isThrownBy(() -> world.join("two", "another-key-another-key-another-key", PROD))
                .withMessageStartingWith("the fleet key does not open what is under /iam-broker/: ");
    }

    @Test
    void whoStartsTogetherWithAnotherHearsOfItsClaimsBeforeAllAreTried() {
        AccountName[] logins =
                IntStream.range(0, 10_000).mapToObj(at -> name("login" + at)).toArray(AccountName[]::new);
        Map<AccountName, AccountName> owners =
                Stream.of(logins).collect(Collectors.toMap(login -> login, login -> login));
        Member one = world.new Member("one", World.KEY);
        Member two = world.new Member("two", World.KEY);
        for (Member each : List.of(one, two)) {
            each.fleet.take(owners);
            each.fleet.join();
            each.fleet.begin(each);
        }
        one.lane.drain();
        for (int tick = 0; tick < 40; tick++) {
            one.fleet.tick();
        }
        assertThat(shareOf(one, logins)).isGreaterThan(4_000);

        int before = two.etcd.commits();
        two.lane.drain();
        for (int tick = 0; tick < 40; tick++) {
            two.fleet.tick();
            two.lane.drain();
        }
        assertThat(two.etcd.commits() - before).isLessThan(200);
    }

    @Test
    void aFleetKeyIsRotatedLineByLine() {
        Member one = world.join("one", World.KEY + "\nanother-key-another-key-another-key", PROD);
        one.fleet.sessions().load(PROD);
        one.fleet.sessions().save(PROD, World.session("r1"));
        Member two = world.join("two", "another-key-another-key-another-key\n" + World.KEY + "\n", PROD);
        world.pass(Duration.ofSeconds(1));

        assertThat(two.fleet.sessions().load(PROD)).isNotNull();
        assertThat(two.fleet.report().oldSeals()).isEqualTo(2);
        two.fleet.sessions().save(PROD, World.session("r2"));
        one.stop(true);
        world.pass(UNTIL_TAKEN_OVER);
        assertThat(two.fleet.report().oldSeals()).isZero();
        Member three = world.join("three", "another-key-another-key-another-key", PROD);
        assertThat(three.fleet.sessions().load(PROD)).isNotNull();
    }

    @Test
    void aWishReachesTheRenewerAndOnlyItOnce() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        world.pass(A_WHILE);
        Member renewer = one.renews("prod") ? one : two;
        Member other = one.renews("prod") ? two : one;
        other.fleet.wish(new Wish(PROD, TokenKind.KUBE, false));
        world.pass(Duration.ofSeconds(1));

        assertThat(renewer.heard).containsOnlyOnce("wished prod kube");
        assertThat(other.heard).doesNotContain("wished prod kube");
        assertThat(world.server.entries()).noneMatch(entry -> entry.key().contains("/wish/"));
    }

    @Test
    void aWishOfASharedLoginReachesTheOwnersRenewerAlsoOneThatTakesItOverLater() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        var owners = Map.of(PROD, PROD, name("team"), PROD);
        one.fleet.take(owners);
        two.fleet.take(owners);
        world.pass(A_WHILE);
        Member renewer = one.renews("prod") ? one : two;
        Member other = one.renews("prod") ? two : one;
        renewer.stop(true);
        other.fleet.wish(new Wish(name("team"), TokenKind.ACCESS, true));
        world.pass(UNTIL_TAKEN_OVER);

        assertThat(other.heard).containsOnlyOnce("wished team access");
    }

    @Test
    void howARenewalEndedIsToldToAllAndToWhoComesLater() {
        Member one = world.join("one", PROD);
        world.pass(A_WHILE);
        one.fleet.tell(PROD, TokenKind.ACCESS, new Ending(Ending.Reason.LOGIN_REQUIRED, "log in", null, Instant.EPOCH));
        world.pass(Duration.ofSeconds(1));
        Member two = world.join("two", PROD);

        assertThat(two.heard).containsOnlyOnce("told prod access LOGIN_REQUIRED");
        world.pass(A_WHILE);
        (one.renews("prod") ? one : two).fleet.tell(PROD, TokenKind.ACCESS, null);
        world.pass(Duration.ofSeconds(1));
        assertThat(two.heard).containsOnlyOnce("told prod access works");
    }

    @Test
    void whoTakesOtherAccountsHearsOnceMoreHowARenewalEnded() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        world.pass(A_WHILE);
        Member renewer = one.renews("prod") ? one : two;
        Member other = one.renews("prod") ? two : one;
        var ending = new Ending(Ending.Reason.LOGIN_REQUIRED, "log in", null, Instant.EPOCH);
        renewer.fleet.tell(PROD, TokenKind.ACCESS, ending);
        world.pass(Duration.ofSeconds(1));
        other.heard.clear();
        other.fleet.take(Map.of(PROD, PROD, name("team"), PROD));
        world.pass(Duration.ofSeconds(1));

        assertThat(other.heard).containsOnlyOnce("told prod access LOGIN_REQUIRED");
    }

    @Test
    void whoDoesNotRenewTellsNothing() {
        Member one = world.join("one", PROD);
        Member two = world.join("two", PROD);
        world.pass(A_WHILE);
        Member other = one.renews("prod") ? two : one;
        other.fleet.tell(PROD, TokenKind.ACCESS, new Ending(Ending.Reason.REFUSED, "no", null, Instant.EPOCH));
        world.pass(Duration.ofSeconds(1));

        assertThat(world.server.entries()).noneMatch(entry -> entry.key().contains("/ending/"));
    }

    @Test
    void aLockGivesUpAllDutiesAndIsOutUntilItIsOpened() {
        Member one = world.join("one", PROD);
        one.fleet.sessions().load(PROD);
        one.fleet.sessions().save(PROD, World.session("r1"));
        world.pass(A_WHILE);
        one.fleet.sessions().lock(Secret.of("passphrase"));
        world.pass(A_WHILE);

        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.ANOTHERS);
        assertThat(world.server.entries()).noneMatch(entry -> entry.lease() != 0);
        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().load(PROD));
        boolean isOpen = one.fleet
                .sessions()
                .unlock(
                        Secret.of("passphrase"),
                        () -> assertThat(one.fleet.sessions().load(PROD)).isNotNull());
        world.pass(A_WHILE);
        assertThat(isOpen).isTrue();
        assertThat(one.fleet.duty(PROD)).isEqualTo(Duty.OURS);
    }

    @Test
    void anUnlockThatFailsLeavesNothingOpen() {
        Member one = world.join("one", PROD);
        one.fleet.sessions().lock(Secret.of("passphrase"));
        world.pass(A_WHILE);

        assertThatExceptionOfType(StoreFailure.class)
                .isThrownBy(() -> one.fleet.sessions().unlock(Secret.of("passphrase"), () -> {
                    throw new StoreFailure("a session is damaged");
                }));
        world.pass(A_WHILE);
        assertThat(world.server.entries()).noneMatch(entry -> entry.lease() != 0);
        assertThat(one.renews("prod")).isFalse();
    }

    @Test
    void nothingIsInClear() {
        Member one = world.join("one", PROD);
        one.fleet.sessions().load(PROD);
        one.fleet.sessions().save(PROD, World.session("canary-refresh-token"));
        world.pass(A_WHILE);
        one.fleet.tell(PROD, TokenKind.ACCESS, new Ending(Ending.Reason.REFUSED, "canary-text", null, Instant.EPOCH));
        one.fleet.wish(new Wish(PROD, TokenKind.ACCESS, true));
        one.lane.drain();

        assertThat(world.server.entries()).isNotEmpty().allSatisfy(entry -> {
            String value = new String(entry.value().array(), StandardCharsets.ISO_8859_1);
            assertThat(value).doesNotContain("canary", "prod", "host-");
            assertThat(entry.key()).doesNotContain("prod", "host-");
        });
    }

    @Test
    void theReportSaysWhoIsThereAndWhoRenewsWhat() {
        Member one = world.join("one", PROD);
        world.join("two", PROD);
        world.pass(A_WHILE);
        FleetReport report = one.fleet.report();

        assertThat(report.members()).extracting(FleetReport.Member::id).containsExactly("one", "two");
        assertThat(report.members().stream()
                        .mapToInt(FleetReport.Member::renews)
                        .sum())
                .isEqualTo(1);
        assertThat(report.logins()).containsOnlyKeys(PROD);
        assertThat(report.isConnected()).isTrue();
        assertThat(report.lag()).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void thatItWorksAgainIsToldAlsoWhereTheLeaseIsAnotherMeanwhile() {
        Member one = world.join("one", PROD);
        // They come before it in rank, and do not have the account.
        IntStream.range(0, 8).forEach(at -> world.join("other" + at));
        world.pass(A_WHILE);
        one.fleet.tell(PROD, TokenKind.ACCESS, new Ending(Ending.Reason.REFUSED, "no", null, Instant.EPOCH));
        world.pass(Duration.ofSeconds(1));
        one.stop(true);
        world.pass(UNTIL_TAKEN_OVER);
        one.fleet.tell(PROD, TokenKind.ACCESS, null);
        one.stop(false);
        world.pass(A_WHILE);

        assertThat(one.renews("prod")).isTrue();
        assertThat(world.server.entries()).noneMatch(entry -> entry.key().contains("/ending/"));
    }

    @Test
    void anEndingThatIsOverBeforeTheWatchToldOfItDoesNotStay() {
        Member one = world.join("one", PROD);
        world.pass(Duration.ofSeconds(1));
        one.etcd.slowWatch(true);
        one.fleet.tell(PROD, TokenKind.ACCESS, new Ending(Ending.Reason.REFUSED, "no", null, Instant.EPOCH));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.server.entries()).anyMatch(entry -> entry.key().contains("/ending/"));
        one.fleet.tell(PROD, TokenKind.ACCESS, null);
        world.pass(Duration.ofSeconds(1));
        one.etcd.slowWatch(false);
        world.pass(Duration.ofSeconds(1));

        assertThat(world.server.entries()).noneMatch(entry -> entry.key().contains("/ending/"));
    }
}
