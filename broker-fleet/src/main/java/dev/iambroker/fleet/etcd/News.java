package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the broker hears of the others: each thing once it is mirrored, all of it on the fleet's own thread. Before it began
 * to listen it hears nothing; then of everything that is there.
 */
final class News implements Mirror.Changes {
    private final Mirror mirror;
    private final Executor lane;
    private final Runnable look;
    private final Runnable soon;
    private final Runnable doubt;
    private final Map<AccountName, Duty> duties = new HashMap<>();
    private @Nullable SharedSessions sessions;
    private Renewers.@Nullable Listener listener;

    /**
     * @param look runs when something changed that duties depend on
     * @param soon runs when somebody waits for what is to be done
     * @param doubt runs when something cannot be read: the others may have another fleet key by now
     */
    News(Keyspace keys, Mirror.Reading reading, Executor lane, Runnable look, Runnable soon, Runnable doubt) {
        this.mirror = new Mirror(keys, reading, this);
        this.lane = lane;
        this.look = look;
        this.soon = soon;
        this.doubt = doubt;
    }

    Mirror mirror() {
        return mirror;
    }

    /** Before anything is mirrored. */
    void know(SharedSessions shared) {
        sessions = shared;
    }

    /** On the fleet's thread. */
    void begin(Renewers.Listener toTell) {
        listener = toTell;
        tellAll();
    }

    /** Of everything that is there, once more: there may be accounts that were not there before. On the fleet's thread. */
    void tellAll() {
        if (listener == null) {
            return;
        }
        mirror.all(Kind.SESSION).forEach(kept -> changed(Kind.SESSION, "", kept));
        mirror.all(Kind.ENDING).forEach(kept -> changed(Kind.ENDING, "", kept));
    }

    boolean hasBegun() {
        return listener != null;
    }

    @Override
    public void changed(Kind kind, String rest, Kept now) {
        if (now instanceof Kept.Unread) {
            doubt.run();
        }
        switch (kind) {
            case SESSION -> sessionChanged(now);
            case ENDING -> {
                if (now instanceof Kept.Noted(var key, var revision, Note.Finding finding, var isOld)) {
                    tell(finding.account(), finding.kind(), finding.ending());
                }
            }
            case MEMBER, RENEWER, WANT -> look.run();
            case WISH -> soon.run();
            case INTENT -> {}
        }
    }

    private void sessionChanged(Kept now) {
        if (now instanceof Kept.Session session && sessions != null && !sessions.isKnown(keyed(session), session)) {
            arrived(session.account());
        }
    }

    private static String keyed(Kept.Session session) {
        return session.key().substring(session.key().lastIndexOf('/') + 1);
    }

    @Override
    public void removed(Kind kind, String rest, Kept gone) {
        switch (kind) {
            case SESSION -> {
                if (gone instanceof Kept.Session session) {
                    arrived(session.account());
                }
            }
            case ENDING -> {
                if (gone instanceof Kept.Noted(var key, var revision, Note.Finding finding, var isOld)) {
                    tell(finding.account(), finding.kind(), null);
                }
            }
            case MEMBER, RENEWER, WANT -> look.run();
            case WISH, INTENT -> {}
        }
    }

    /** A session may be mirrored by the thread that wrote it; whoever listens is told on one. */
    private void arrived(AccountName account) {
        lane.execute(() -> {
            if (listener != null) {
                listener.arrived(account);
            }
        });
    }

    private void tell(AccountName account, TokenKind kind, @Nullable Ending ending) {
        lane.execute(() -> {
            if (listener != null) {
                listener.told(account, kind, ending);
            }
        });
    }

    /** On the fleet's thread. */
    void wished(Note.Wished wished) {
        if (listener != null) {
            listener.wished(wished.wish());
        }
    }

    /** Tells which duties are others than they were. On the fleet's thread. */
    void compare(Set<AccountName> owners, Function<AccountName, Duty> duty) {
        duties.keySet().retainAll(owners);
        for (AccountName owner : owners) {
            Duty now = duty.apply(owner);
            Duty before = duties.put(owner, now);
            if (now != before && listener != null) {
                listener.dutyChanged(owner);
            }
        }
    }
}
