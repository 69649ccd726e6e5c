package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Scope;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.Alarm;
import dev.iambroker.token.Time;
import dev.iambroker.token.TokenService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All shares. One ends by itself, after its last use, by {@code unshare}, when whoever opened it may not any more, and with
 * the account or the session that it was opened for; none survives the daemon. Thread-safe.
 */
public final class Shares implements ShareControl, Gate.Uses {
    private static final Logger log = LoggerFactory.getLogger(Shares.class);

    private final Gate gate;
    private final AccountServices services;
    private final TokenService tokens;
    private final ShareSockets sockets;
    private final Supplier<String> ids;
    private final Executor executor;
    private final Time time;
    private final Alarm alarm;
    private final Map<String, Share> shares = new ConcurrentHashMap<>();
    private final SharePlaces places = new SharePlaces();

    /**
     * @param ids short names, each as good as never given twice
     * @param executor closes sockets; that blocks
     */
    Shares(
            Gate gate,
            AccountServices services,
            TokenService tokens,
            ShareSockets sockets,
            Supplier<String> ids,
            Executor executor,
            Time time) {
        this.gate = gate;
        this.services = services;
        this.tokens = tokens;
        this.sockets = sockets;
        this.ids = ids;
        this.executor = executor;
        this.time = time;
        this.alarm = tokens.alarms().sleeper(this::endThoseOver);
        gate.countUsesBy(this);
    }

    @Override
    public ShareView share(ClientIdentity client, ShareRequest request) {
        Account account = demandUseful(client, request);
        String id = ids.get();
        Scope scope = new Scope(id, request.kind().word(), request.account(), request.cluster(), client);
        String opener = SharePlaces.opener(client, gate.nameOf(client));
        places.take(opener);
        Share share = new Share(scope, account, opener, request, time);
        shares.put(id, share);
        try {
            share.socket().complete(sockets.open(scope, request.mode()));
        } catch (ShareSockets.NotOpened e) {
            forget(share);
            throw new BrokerFailure.StoreFailed(e.getMessage(), About.NOTHING);
        } catch (RuntimeException e) {
            forget(share);
            throw e;
        }
        try {
            gate.administered(client, request.account(), "share:" + id);
        } catch (RuntimeException e) {
            end(share);
            throw e;
        }
        log.info(
                "share {} gives {} of account {} for {} s",
                id,
                scope.kind(),
                scope.account(),
                request.ttl().toSeconds());
        arm();
        return view(share);
    }

    private Account demandUseful(ClientIdentity client, ShareRequest request) {
        Account account = gate.permit(client, Verb.of(request.kind()), request.account(), request.cluster());
        Demand.kind(account, request.kind());
        gate.permit(client, Verb.ADMIN, request.account(), null);
        String cluster = request.cluster();
        if (cluster != null) {
            services.demandThere(account, cluster);
        }
        return account;
    }

    private boolean forget(Share share) {
        boolean wasThere = shares.remove(share.scope().share(), share);
        if (wasThere) {
            places.giveBack(share.opener());
        }
        return wasThere;
    }

    private ShareView view(Share share) {
        return share.view(
                share.socket().join().path(), gate.nameOf(share.scope().sharer()));
    }

    @Override
    public List<ShareView> shares(ClientIdentity client) {
        return endable(client).stream()
                .map(this::view)
                .sorted(Comparator.comparing(ShareView::expiresAt).thenComparing(ShareView::id))
                .toList();
    }

    private List<Share> endable(ClientIdentity client) {
        List<Share> found = new ArrayList<>();
        for (Share share : shares.values()) {
            boolean isOpen = share.socket().isDone() && goesOn(share);
            if (isOpen && gate.mayUse(client, Verb.ADMIN, share.scope().account())) {
                found.add(share);
            }
        }
        return found;
    }

    @Override
    public ShareView unshare(ClientIdentity client, String id) {
        for (Share share : endable(client)) {
            if (share.scope().share().equals(id)) {
                return ended(client, share);
            }
        }
        throw new BrokerFailure.Unknown(
                "no share of this id is open that this client may end; 'iam-broker status' lists them", About.NOTHING);
    }

    @Override
    public List<ShareView> unshareAll(ClientIdentity client) {
        return endable(client).stream().map(share -> ended(client, share)).toList();
    }

    private ShareView ended(ClientIdentity client, Share share) {
        ShareView view = view(share);
        gate.recordAdmin(
                client, share.scope().account(), "unshare:" + share.scope().share());
        if (forget(share)) {
            share.socket().join().close();
        }
        return view;
    }

    /** To be called when the policy or the accounts are others: ends those whose opener may not do it any more. */
    public void review() {
        for (Share share : shares.values()) {
            Scope scope = share.scope();
            if (!meansTheSame(share)) {
                log.info("share {} ends: account {} is no more what was shared", scope.share(), scope.account());
                end(share);
            } else if (!gate.allowsSharing(scope, share.request().kind())) {
                log.info("share {} ends: whoever opened it may not do so any more", scope.share());
                end(share);
            }
        }
    }

    private boolean meansTheSame(Share share) {
        return share.isOf(tokens.find(share.account().name()));
    }

    /** Also before {@link #review}: the accounts are replaced a moment earlier. */
    private boolean goesOn(Share share) {
        return !share.isOver(time) && meansTheSame(share);
    }

    /** Whoever logs in next may be another, who shared nothing. */
    @Override
    public void loggingOut(AccountName owner) {
        for (Share share : shares.values()) {
            if (share.account().sessionOwner().equals(owner)) {
                log.info(
                        "share {} ends: account {} is logged out", share.scope().share(), owner);
                end(share);
            }
        }
    }

    /** To be called when those clients prove themselves by another secret: who opened a share by the one before is nobody now. */
    public void disown(Set<String> clients) {
        for (Share share : shares.values()) {
            if (!Collections.disjoint(share.scope().sharer().provenClients(), clients)) {
                log.info(
                        "share {} ends: it was opened by a client secret that is no more",
                        share.scope().share());
                end(share);
            }
        }
    }

    /** Whether a client of that share may go on at all. */
    @Override
    public boolean isOpen(Scope scope) {
        Share share = shares.get(scope.share());
        return share != null && goesOn(share) && !share.isSpent();
    }

    /** Takes one use; false where the share is over. */
    @Override
    public boolean spend(Scope scope) {
        Share share = shares.get(scope.share());
        return share != null && goesOn(share) && share.spend();
    }

    @Override
    public void settle(Scope scope, boolean isHandedOut) {
        Share share = shares.get(scope.share());
        if (share == null) {
            return;
        }
        if (!isHandedOut) {
            share.giveBack();
        } else if (share.isSpent()) {
            log.info("share {} ends: its uses are spent", scope.share());
            end(share);
        }
    }

    private void endThoseOver() {
        for (Share share : shares.values()) {
            if (share.isOver(time)) {
                log.info("share {} ends: its time is over", share.scope().share());
                end(share);
            }
        }
        arm();
    }

    /** Not on this thread: it may be the one that is about to write the last answer. */
    private void end(Share share) {
        if (!forget(share)) {
            return;
        }
        share.whenOpened(socket -> {
            try {
                executor.execute(socket::close);
            } catch (RejectedExecutionException e) {
                log.debug(
                        "the broker is stopping, and share {} with it",
                        share.scope().share());
            }
        });
    }

    private void arm() {
        shares.values().stream()
                .mapToLong(share -> Math.max(0, share.nanosLeft(time)))
                .min()
                .ifPresent(alarm::arm);
    }
}
