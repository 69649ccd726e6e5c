package dev.iambroker.fleet.etcd;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.FleetProvider.Place;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.Wish;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoredSession;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Members of one fleet on one etcd, by a clock that goes when it is told to. */
final class World {
    static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final Duration STEP = Duration.ofMillis(250);

    final AtomicLong nanos = new AtomicLong(1_000_000_000L);
    final MemoryEtcd.Server server = new MemoryEtcd.Server(nanos::get);
    private final List<Member> members = new ArrayList<>();

    Member join(String id, AccountName... owners) {
        return join(id, KEY, owners);
    }

    Member join(String id, String fleetKey, AccountName... owners) {
        var member = new Member(id, fleetKey);
        members.add(member);
        member.fleet.take(Stream.of(owners).collect(Collectors.toMap(owner -> owner, owner -> owner)));
        member.fleet.join();
        member.fleet.begin(member);
        settle();
        return member;
    }

    /** Lets time pass, and everything happen that is due. */
    void pass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(STEP)) {
            nanos.addAndGet(STEP.toNanos());
            server.expire();
            settle();
        }
    }

    private void settle() {
        for (int round = 0; round < 3; round++) {
            members.forEach(Member::work);
        }
    }

    static AccountName name(String alias) {
        return new AccountName(alias);
    }

    static Account account(String alias) {
        return new Account(new AccountName(alias), new Login.Passcode(), null, Cloud.IBM_CLOUD, false);
    }

    static StoredSession session(String refreshToken) {
        return new StoredSession("passcode", Secret.of(refreshToken), null, null, null, null, null, false, List.of());
    }

    /** One broker, and what it hears. */
    final class Member implements Renewers.Listener {
        final List<String> heard = new ArrayList<>();
        final MemoryEtcd etcd = new MemoryEtcd(server);
        final LocalStore local = new LocalStore();
        final TestLane lane = new TestLane();
        final EtcdFleet fleet;
        private boolean isStopped;
        private long nextRound;

        Member(String id, String fleetKey) {
            var place = new Place("host-" + id, "1", () -> Instant.ofEpochSecond(0, nanos.get()), nanos::get);
            fleet = new EtcdFleet(
                    id,
                    "/iam-broker",
                    etcd,
                    place,
                    lane,
                    local,
                    new TextFormat(),
                    () -> Seal.of(Secret.of(fleetKey), "file k", new SecureRandom()));
        }

        /** As by SIGSTOP: nothing of it runs, while the clock goes on. */
        void stop(boolean isToStop) {
            isStopped = isToStop;
        }

        private void work() {
            if (isStopped) {
                return;
            }
            if (nanos.get() >= nextRound) {
                nextRound = nanos.get() + fleet.keepLease().toNanos();
            }
            fleet.tick();
            lane.drain();
        }

        boolean renews(String owner) {
            return fleet.duty(name(owner)) == Duty.OURS;
        }

        @Override
        public void arrived(AccountName account) {
            heard.add("arrived " + account);
        }

        @Override
        public void wished(Wish wish) {
            heard.add("wished " + wish.account() + " " + wish.kind().word());
        }

        @Override
        public void told(AccountName account, TokenKind kind, @Nullable Ending ending) {
            heard.add("told " + account + " " + kind.word() + " " + (ending == null ? "works" : ending.reason()));
        }

        @Override
        public void dutyChanged(AccountName owner) {
            heard.add("duty " + owner + " " + fleet.duty(owner));
        }
    }

    /** Work that waits until it is asked for. */
    static final class TestLane implements Lane {
        private final Deque<Runnable> waiting = new ArrayDeque<>();

        @Override
        public void execute(Runnable work) {
            waiting.add(work);
        }

        @Override
        public void run(Runnable work) {
            work.run();
            drain();
        }

        void drain() {
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        @Override
        public void close() {
            waiting.clear();
        }
    }

    /** As much of a session as the tests look at. */
    static final class TextFormat implements SessionFormat {
        @Override
        @Reveals("a refresh token that the test made up")
        public byte[] write(StoredSession session) {
            Secret token = session.refreshToken();
            return (token == null ? "" : token.reveal()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public StoredSession read(byte[] bytes) {
            return session(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /** A lock, and nothing else. */
    static final class LocalStore implements SessionStore {
        private @Nullable Secret passphrase;

        @Override
        public @Nullable StoredSession load(AccountName account) {
            throw new IllegalStateException("sessions of a fleet are not local");
        }

        @Override
        public void save(AccountName account, StoredSession session) {
            throw new IllegalStateException("sessions of a fleet are not local");
        }

        @Override
        public boolean isLocked() {
            return passphrase != null;
        }

        @Override
        public void lock(Secret toLockBy) {
            passphrase = toLockBy;
        }

        @Override
        public Tries tries() {
            return Tries.NONE;
        }

        @Override
        public void keep(Tries tries) {}

        @Override
        public boolean unlock(Secret presented, Runnable whileOpening) {
            Secret right = passphrase;
            if (right == null || !right.matches(presented)) {
                return false;
            }
            passphrase = null;
            whileOpening.run();
            return true;
        }
    }
}
