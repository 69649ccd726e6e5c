package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.OpenShiftServers;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.iam.IamClient;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that is done with tokens and sessions, for callers that were already permitted. Thread-safe. Every method that
 * takes an alias throws {@link UnknownAccount} for an unknown one.
 */
public final class TokenService {
    private static final Logger log = LoggerFactory.getLogger(TokenService.class);

    private final Accounts accounts;
    private final SessionStore store;
    private final Renewers renewers;
    private final Arrivals arrivals;
    private final IamClient iam;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final Time time;
    private final LockState lock;
    private final Locking locking;
    private final Keeping keeping;
    private final Serving serving;
    private final Logins logins;
    private final Replacement replacement;
    private final TokenRefresher refresher;
    private final TokenSource source;
    private final RefreshLoop loop;
    private final AlarmClock alarms;
    private volatile boolean stopping;
    private final ClockSkew skew;
    private final Replanning replanning;
    private final ClockWatch clockWatch;
    private final Runway runway;
    private final RunwayWatch runwayWatch;
    private final BrokerEvents events;
    private final Upstreams upstreams;

    /**
     * Loads every session, unless the store is locked; asks nothing of IAM before {@link #start}.
     *
     * @param renewers told of the accounts; who else renews what {@code store} holds
     * @param openShiftServers asked only for the tokens of OpenShift clusters
     * @param executor runs flights; they block on IAM
     * @param skew shared with {@code iam}, which reads it off every answer
     */
    public TokenService(
            Collection<Account> configured,
            IamClient iam,
            OpenShiftServers openShiftServers,
            SessionStore store,
            Renewers renewers,
            RefreshSchedule schedule,
            Executor executor,
            Time time,
            Alarm alarm,
            BrokerEvents events,
            ClockSkew skew) {
        this.store = store;
        this.renewers = renewers;
        this.time = time;
        this.events = events;
        this.skew = skew;
        this.cache = new TokenCache(time, events);
        this.lock = new LockState(store.isLocked());
        this.accounts = Accounts.load(configured, store, lock, cache, events);
        this.alarms = new AlarmClock(time, alarm);
        this.upstreams = new Upstreams(iam, time, alarms);
        this.iam = new GovernedIam(iam, upstreams, lock, time);
        this.queue = new RefreshQueue(time, alarms.sleeper(this::renewDue));
        Resharing resharing = new Resharing(accounts, renewers, lock, executor, alarms, this::share);
        this.keeping = new Keeping(store, cache, queue, time, events, resharing::later);
        var intake = new Intake(store, cache, keeping, schedule, skew, time, events);
        var exchange = new Exchange(this.iam, intake, keeping, time);
        var duties = new Duties(renewers, cache, time);
        var standings = new Standings();
        var outcomes = new Outcomes(accounts, standings, cache, queue, schedule, duties, time, events);
        this.refresher = new TokenRefresher(
                accounts,
                exchange,
                intake,
                openShiftServers,
                cache,
                queue,
                schedule,
                lock,
                duties,
                standings,
                outcomes,
                upstreams,
                executor,
                time,
                events,
                this::landed,
                this::catchUp);
        this.source = new TokenSource(cache, refresher, outcomes, schedule, time);
        this.loop = new RefreshLoop(queue, refresher);
        this.replanning = new Replanning(cache, standings, time, schedule.random());
        this.clockWatch = new ClockWatch(time, alarms, this::clockJumped);
        this.runway = new Runway(cache, standings, schedule, lock, skew, time);
        this.runwayWatch = new RunwayWatch(accounts, standings, runway, time, alarms);
        this.serving =
                new Serving(accounts, intake, cache, queue, schedule, refresher, outcomes, runwayWatch::forget, time);
        var hold = new SessionHold(accounts, lock);
        this.logins = new Logins(
                accounts,
                hold,
                store,
                exchange,
                this.iam,
                upstreams,
                cache,
                refresher,
                outcomes,
                executor,
                serving::drop,
                runwayWatch::loggedIn,
                time);
        this.replacement =
                new Replacement(accounts, hold, store, cache, queue, schedule, refresher, source, serving::drop, time);
        this.locking = new Locking(
                accounts, store, keeping, cache, refresher, lock, serving::forget, serving::begin, serving::plan);
        this.arrivals = new Arrivals(
                accounts,
                store,
                intake,
                keeping,
                cache,
                refresher,
                outcomes,
                duties,
                lock,
                executor,
                time,
                serving::plan,
                serving::tryChangedCredential,
                this::landed);
    }

    /** What is to ring when the alarm does. */
    public AlarmClock alarms() {
        return alarms;
    }

    private void renewDue() {
        loop.wake();
    }

    /** What another renews by credential comes from there, at the latest with the next renewal. */
    private void share(ManagedAccount owner) {
        boolean isRenewedElsewhere = !refresher.isOurs(owner, access(owner));
        if (isRenewedElsewhere && owner.account().login().renewsByCredential()) {
            return;
        }
        keeping.settleAll(owner);
    }

    private void landed(ManagedAccount account) {
        ManagedAccount current = accounts.find(account.name());
        if (current != null) {
            runwayWatch.lookAt(current);
        }
    }

    private void catchUp(ManagedAccount account) {
        arrivals.catchUp(account);
    }

    private void clockJumped(Duration step) {
        skew.jumped(step);
        cache.clockJumped();
        int moved = queue.replan(replanning::dueNanos);
        log.warn(
                "the wall clock jumped {} s {}: {} renewals are planned anew",
                step.abs().toSeconds(),
                step.isNegative() ? "back" : "forward, or the machine slept",
                moved);
        events.clockJumped(step);
        runwayWatch.lookAtAll();
    }

    /** Serves what the store held, and plans the renewal of everything that can renew itself; nothing where it is locked. */
    public void start() {
        for (ManagedAccount account : accounts.all()) {
            if (lock.isLocked()) {
                accounts.announce(account, refresher);
            } else {
                serving.begin(account);
            }
        }
        clockWatch.start();
        runwayWatch.lookAtAll();
        renewers.take(Arrivals.owners(accounts.configured().values()));
        renewers.begin(arrivals);
    }

    /**
     * Prepares to broker {@code configured} in place of what is brokered now. Nothing has changed before the result is
     * run, and that cannot fail: accounts that do not differ keep everything, those that are gone leave their session on
     * disk, all others begin as at a start. It waits for requests to IAM that are under way for logins that differ. One
     * at a time.
     *
     * @throws StoreFailure if the session of a new account cannot be read
     */
    public Runnable reconfigure(Collection<Account> configured) {
        var reconfiguration = new Reconfiguration(configured, accounts, store, serving::forget, serving::begin);
        return () -> {
            reconfiguration.apply();
            renewers.take(Arrivals.owners(configured));
            forgetOthersThan(accounts.configured().keySet());
            cache.wakeWaiting();
            runwayWatch.lookAtAll();
        };
    }

    private void forgetOthersThan(Set<AccountName> names) {
        upstreams.keepOnly(names);
        refresher.keepOnly(names);
    }

    /** Whether it is locked by command, or about to be. */
    public boolean isLocked() {
        return lock.isClosed();
    }

    /** Serves nothing from now on, as a {@link #lock} that is to follow; that opens again where it fails. */
    public void close() {
        locking.close();
    }

    /**
     * Ends all serving at once, waits for requests to IAM that are under way, locks the store and drops every secret that
     * is held. Whoever waits is told. One at a time, and not beside {@link #reconfigure}.
     *
     * @throws LockFailed if a session or the lock cannot be written; all goes on then
     */
    public void lock(Secret passphrase) {
        try {
            locking.lock(passphrase);
        } catch (RuntimeException | Error e) {
            hearOfAll();
            throw e;
        }
    }

    /** The passphrases that were tried since the lock, also before a restart. */
    public Tries tries() {
        return locking.tries();
    }

    /** Keeps {@code tries} over a restart. Only while locked. @throws LockFailed if they cannot be written */
    public void keep(Tries tries) {
        locking.keep(tries);
    }

    /**
     * Serves again, as after a start. One at a time, and not beside {@link #reconfigure}.
     *
     * @return false where it is another passphrase
     * @throws LockFailed if the store cannot be opened or read; it stays locked then
     */
    public boolean unlock(Secret passphrase) {
        boolean unlocked = locking.unlock(passphrase);
        if (unlocked) {
            hearOfAll();
            runwayWatch.lookAtAll();
        }
        return unlocked;
    }

    /** What others told while it was closed was not heard. */
    private void hearOfAll() {
        renewers.take(Arrivals.owners(accounts.configured().values()));
    }

    /** Tries once more to write what the disk refused so far. For the end, when no renewal is under way any more. */
    public void writeUnsaved() {
        for (ManagedAccount account : accounts.all()) {
            if (account.session().tryLock()) {
                try {
                    writeUnsaved(account);
                } finally {
                    account.session().unlock();
                }
            }
        }
    }

    private void writeUnsaved(ManagedAccount account) {
        try {
            keeping.settleAll(account);
        } catch (RenewalFailure.Transient e) {
            ManagedAccount.Unsaved unsaved = account.unsaved();
            if (unsaved != null && unsaved.isOnlyHere()) {
                log.error("the newest session of account {} is lost: {}", account.name(), e.getMessage());
            } else {
                log.info(
                        "the tokens of account {} are not kept for the next start: {}", account.name(), e.getMessage());
            }
        }
    }

    /** Ends the waiting of those who wait for what may never come; renewals under way are not touched. */
    public void stopping() {
        stopping = true;
        cache.wakeWaiting();
    }

    /** Tells those who still wait for a renewal that none comes any more. */
    public void stopped() {
        refresher.disappoint(new RenewalFailure.Transient("the broker is stopping", null, null));
    }

    /** The token if it can be had without waiting, else null; throws where waiting would not help. */
    public @Nullable Token immediate(TokenKey key, Duration minTtl) {
        ManagedAccount account = served(key.account());
        try {
            return source.immediate(account, key, minTtl);
        } catch (RenewalFailure.LoginRequired e) {
            serving.tryChangedCredential(account);
            throw e;
        }
    }

    /**
     * Whether {@link #immediate} would give {@code token} again, which it gave for the same wish; false also where that
     * takes a closer look.
     *
     * @param changes what {@link #changes} gave before it was asked
     */
    public boolean stillGives(Token token, Duration minTtl, long changes) {
        // The use of other kinds is noted where they are looked up.
        if (token.key().kind() != TokenKind.ACCESS || cache.changes() != changes) {
            return false;
        }
        long left = token.leftNanos(time);
        return token.fulfilsWith(left, minTtl) && (!token.isDueWith(left) || refresher.isSeenTo(token.key()));
    }

    /** Stands still while no token is put, dropped or changed. */
    public long changes() {
        return cache.changes();
    }

    /**
     * The key of {@code cluster}'s own token. To be had anew for each request: it tells where the token is to be renewed,
     * and that somebody uses it.
     */
    public TokenKey openShift(AccountName name, Cluster cluster) {
        managed(name).openShiftUsed(cluster, time.nanos());
        return TokenKey.ofCluster(name, cluster.id());
    }

    /** The tokens of OpenShift clusters that are cached for the account, by id. */
    public List<TokenKey> openShiftTokens(AccountName name) {
        ManagedAccount account = accounts.find(name);
        return account == null
                ? List.of()
                : account.openShiftKeys().stream()
                        .filter(key -> cache.usable(key) != null)
                        .toList();
    }

    /** The token, waiting for IAM up to {@code patience}. */
    public Token token(TokenKey key, Duration minTtl, Duration patience) {
        return source.token(served(key.account()), key, minTtl, patience);
    }

    /**
     * The renewal that {@link #token} would wait for, begun where none is under way; null where only that can tell, as where
     * the token is there by now. Never blocks; throws where waiting would not help.
     */
    public @Nullable PendingRenewal pending(TokenKey key, Duration minTtl) {
        return source.pending(served(key.account()), key, minTtl);
    }

    /**
     * A token other than the one with etag {@code after}, with {@code minTtl} of life; null when {@code patience} ran out
     * first.
     */
    public @Nullable Token next(TokenKey key, String after, Duration minTtl, Duration patience) {
        return source.next(
                key, after, minTtl, patience, () -> !stopping && !lock.isClosed() && isConfigured(key.account()));
    }

    /** The cached token while it is usable, without any effect. */
    public @Nullable Token peek(TokenKey key) {
        return cache.usable(key);
    }

    /** Logs in with the configured credential. */
    public void login(AccountName name) {
        logins.byConfigured(served(name));
    }

    public void loginByPasscode(AccountName name, Secret passcode) {
        logins.byPasscode(served(name), passcode);
    }

    public void loginByPassword(AccountName name, String username, Secret password) {
        logins.byPassword(served(name), username, password);
    }

    public void loginByRefreshToken(AccountName name, Secret refreshToken) {
        logins.byRefreshToken(served(name), refreshToken);
    }

    /**
     * Logs in by an API key that a person brought. An account that is configured by a key uses it until the next
     * start; any other turns it into a session.
     */
    public void loginByApiKey(AccountName name, Secret apiKey) {
        logins.byApiKey(served(name), apiKey);
    }

    /**
     * Forgets the session of {@code name} and of all who share it, and has it revoked at IAM behind the caller's back.
     *
     * @throws RenewalFailure.Transient if that cannot be written; nothing is forgotten then
     */
    public void logout(AccountName name) {
        logins.logout(served(name));
    }

    /**
     * Drops what is cached and stored of tokens; the login stays. The access token is renewed shortly after.
     *
     * @throws RenewalFailure.Transient if that cannot be written; nothing is dropped then
     */
    public void purge(AccountName name) {
        replacement.purge(served(name));
    }

    /** Renews the access token and warm kube tokens now, unless they are younger than the least interval. */
    public void refresh(AccountName name, Duration patience) {
        replacement.refresh(served(name), patience);
    }

    /**
     * Renews one token however young it is, for somebody who knows that it is not taken where it is meant for.
     *
     * @throws RenewalFailure if that fails; the token stays
     */
    public void renew(TokenKey key, Duration patience) {
        source.renewNow(served(key.account()), key, patience);
    }

    /**
     * As {@link #renew}, but a token within the least interval is left alone: who refuses that one refuses the next.
     *
     * @throws RenewalFailure if that fails; the token stays
     */
    public void renewUnlessTooYoung(TokenKey key, Duration patience) {
        replacement.unlessTooYoung(served(key.account()), key, patience);
    }

    /** The page on which IAM shows a one-time passcode. May block for some seconds. */
    public URI passcodePage(Account account) {
        return iam.passcodePage(account);
    }

    /** How the account stands now. */
    public AccountStatus status(AccountName name) {
        return new StatusReport(accounts, refresher, runway, time::now).of(managed(name));
    }

    /** The owner's refresh token, for services of the older generations that want to see it. */
    public @Nullable Secret refreshToken(AccountName name) {
        return managed(name).owner().stored().refreshToken();
    }

    public boolean isConfigured(AccountName name) {
        return accounts.find(name) != null;
    }

    /** Null for an unknown alias. */
    public @Nullable Account find(AccountName name) {
        ManagedAccount account = accounts.find(name);
        return account == null ? null : account.account();
    }

    public Account account(AccountName name) {
        return managed(name).account();
    }

    public List<AccountName> names() {
        return accounts.all().stream().map(ManagedAccount::name).toList();
    }

    private static TokenKey access(ManagedAccount account) {
        return new TokenKey(account.name(), TokenKind.ACCESS);
    }

    /** @throws RenewalFailure.Locked where nothing is served */
    private ManagedAccount served(AccountName name) {
        ManagedAccount account = managed(name);
        lock.demandOpen();
        return account;
    }

    private ManagedAccount managed(AccountName name) {
        ManagedAccount account = accounts.find(name);
        if (account == null) {
            throw new UnknownAccount();
        }
        return account;
    }
}
