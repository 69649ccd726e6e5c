package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.Wish;
import dev.iambroker.store.SessionSuperseded;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What several brokers share, in memory; who renews is said by the test. Others hear of a change before it returns. */
final class SharedState {
    private record Kept(StoredSession session, int revision) {}

    private final Map<AccountName, Kept> sessions = new HashMap<>();
    private final Map<TokenKey, Ending> endings = new HashMap<>();
    private final List<Member> members = new ArrayList<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean isHolding;
    private @Nullable Member renewer;

    /** The first one renews until told otherwise. */
    Member join(ScriptedIam iam, ManualTime time, Account... accounts) {
        return join(new Member(iam, time, /* isAdrift= */ false, accounts));
    }

    /** One that starts while the shared state is out of its reach. */
    Member joinAdrift(ScriptedIam iam, ManualTime time, Account... accounts) {
        return join(new Member(iam, time, /* isAdrift= */ true, accounts));
    }

    private Member join(Member member) {
        members.add(member);
        if (renewer == null) {
            renewer = member;
        }
        return member;
    }

    /** What arrives waits until {@link #release}. */
    void hold() {
        isHolding = true;
    }

    void release() {
        isHolding = false;
        while (!held.isEmpty()) {
            held.remove().run();
        }
    }

    private void deliver(Runnable news) {
        if (isHolding) {
            held.add(news);
        } else {
            news.run();
        }
    }

    /** {@code member} renews everything from now on. */
    void renewedBy(Member member) {
        Member before = renewer;
        renewer = member;
        for (Member each : List.of(before == null ? member : before, member)) {
            each.owners.forEach(each.listener()::dutyChanged);
        }
    }

    final class Member extends MemoryStore implements Renewers {
        final ManualTime time;
        final Bench bench;
        private final Map<AccountName, Integer> bases = new HashMap<>();
        private List<AccountName> owners = List.of();
        private @Nullable Listener listener;
        private long adriftSince;
        private boolean isAdrift;
        private boolean isLeaving;
        private int failures;

        private Member(ScriptedIam iam, ManualTime time, boolean isAdrift, Account... accounts) {
            this.time = time;
            this.isAdrift = isAdrift;
            this.adriftSince = time.nanos();
            this.bench = new Bench(time, iam, this, this, List.of(accounts), new Random(1));
        }

        private Listener listener() {
            if (listener == null) {
                throw new IllegalStateException("it has not begun");
            }
            return listener;
        }

        /** The shared state is out of reach, or in reach again. */
        void adrift(boolean is) {
            isAdrift = is;
            adriftSince = time.nanos();
            if (!is) {
                hearOfAll();
            }
            owners.forEach(listener()::dutyChanged);
        }

        /** What it renews is being handed over, or was. */
        void leaving(boolean is) {
            isLeaving = is;
        }

        /** So many of the next sessions are not written. */
        void failSaves(int count) {
            failures = count;
        }

        @Override
        public boolean isShared() {
            return true;
        }

        @Override
        public @Nullable StoredSession load(AccountName account) {
            Kept kept = isAdrift ? null : sessions.get(account);
            bases.put(account, kept == null ? 0 : kept.revision);
            return kept == null ? null : kept.session;
        }

        @Override
        public void save(AccountName account, StoredSession session) {
            if (isAdrift || failures > 0) {
                failures = Math.max(0, failures - 1);
                throw new StoreFailure("out of reach");
            }
            Kept kept = sessions.get(account);
            int revision = kept == null ? 0 : kept.revision;
            if (revision != bases.getOrDefault(account, 0)) {
                throw new SessionSuperseded("another broker changed the session of " + account);
            }
            super.save(account, session);
            sessions.put(account, new Kept(session, revision + 1));
            bases.put(account, revision + 1);
            others().forEach(other -> deliver(() -> other.arrived(account)));
        }

        private List<Member> others() {
            return members.stream()
                    .filter(member -> member != this && !member.isAdrift)
                    .toList();
        }

        private void arrived(AccountName account) {
            if (listener != null) {
                listener.arrived(account);
            }
        }

        @Override
        public Duty duty(AccountName owner) {
            return isAdrift ? Duty.ADRIFT : this == renewer ? Duty.OURS : Duty.ANOTHERS;
        }

        @Override
        public Duration adrift() {
            return isAdrift ? Duration.ofNanos(time.nanos() - adriftSince) : Duration.ZERO;
        }

        @Override
        public boolean hold(AccountName owner) {
            return !isLeaving;
        }

        @Override
        public void release(AccountName owner) {}

        @Override
        public boolean isBehind(AccountName account) {
            Kept kept = sessions.get(account);
            return !isAdrift && kept != null && kept.revision != bases.getOrDefault(account, 0);
        }

        @Override
        public void take(Map<AccountName, AccountName> taken) {
            owners = taken.values().stream().distinct().toList();
            if (listener != null && !isAdrift) {
                hearOfAll();
            }
        }

        @Override
        public void wish(Wish wish) {
            if (renewer != null && renewer != this) {
                renewer.listener().wished(wish);
            }
        }

        @Override
        public void tell(AccountName account, TokenKind kind, @Nullable Ending ending) {
            TokenKey key = new TokenKey(account, kind);
            if (this != renewer) {
                return;
            }
            if (ending == null) {
                endings.remove(key);
            } else {
                endings.put(key, ending);
            }
            others().forEach(other -> other.told(key, ending));
        }

        private void told(TokenKey key, @Nullable Ending ending) {
            if (listener != null) {
                listener.told(key.account(), key.kind(), ending);
            }
        }

        @Override
        public void begin(Listener to) {
            listener = to;
            if (!isAdrift) {
                hearOfAll();
            }
        }

        private void hearOfAll() {
            sessions.forEach((account, kept) -> {
                if (kept.revision != bases.getOrDefault(account, 0)) {
                    arrived(account);
                }
            });
            endings.forEach(this::told);
        }
    }
}
