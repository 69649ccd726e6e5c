package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One account while the broker runs.
 *
 * <p><b>Concurrency.</b> Everything that presents the account's refresh token holds {@link #session()}, which accounts
 * that share a login share too: IAM may rotate the token at each use, and two uses at once would burn it. The lock is
 * held over requests to IAM, so nothing that answers a client may take it. What clients and views read are volatile
 * references to immutable values.
 */
final class ManagedAccount {
    private final Account account;
    private final ManagedAccount owner;
    private final ReentrantLock session;
    private volatile StoredSession stored;

    /** Why only a login helps; of the owner for all who share it. */
    private volatile AccountStatus.@Nullable Failure dead;

    /** An API key brought by {@code login}, used instead of the configured one until a start or a change of the account. */
    private volatile @Nullable Secret presentedKey;

    /** The configured credential that IAM refused: not tried again until it differs. */
    private volatile @Nullable Secret refusedCredential;

    /** Whom IAM named last, for people; null until it did. */
    private volatile @Nullable String user;

    private final AtomicBoolean isLoggingIn = new AtomicBoolean();
    private volatile long kubeUsedNanos;
    private volatile boolean kubeUsed;

    /** The OpenShift clusters that tokens were asked for, or are kept of, by id. */
    private final Map<String, OpenShiftUse> openShifts = new ConcurrentHashMap<>();

    /**
     * What the client {@code kube} may renew its tokens with, by account: at their session's owner, so that they end with
     * it. In memory only: one that is lost costs a request. Guarded by {@link #session()}.
     */
    private final Map<AccountName, Secret> kubeRefreshTokens = new HashMap<>();

    private volatile boolean uaaUsed;
    private volatile AccountState announced = AccountState.STARTING;

    /** An answer that could not be written yet. Guarded by {@link #session()}. */
    private @Nullable Unsaved unsaved;

    /**
     * What waits to be written, and what may be released once it is.
     *
     * @param isOnlyHere it cannot be had once more by itself
     */
    record Unsaved(
            StoredSession session,
            ManagedAccount target,
            StoredSession targetSession,
            List<Token> tokens,
            boolean isOnlyHere) {}

    /**
     * @param cluster null while only its kept token is known
     * @param usedNanos when its token was asked for last; meaningless while {@code cluster} is null
     */
    private record OpenShiftUse(@Nullable Cluster cluster, long usedNanos) {}

    private ManagedAccount(Account account, @Nullable ManagedAccount owner, StoredSession stored) {
        this.account = account;
        this.owner = owner == null ? this : owner;
        // Fair: renewals that follow each other closely must not keep a login or a reload waiting for ever.
        this.session = owner == null ? new ReentrantLock(/* fair= */ true) : owner.session;
        this.stored = stored;
    }

    static ManagedAccount of(Account account, StoredSession stored) {
        return new ManagedAccount(account, null, stored);
    }

    static ManagedAccount sharing(Account account, ManagedAccount owner, StoredSession stored) {
        return new ManagedAccount(account, owner, stored);
    }

    static StoredSession emptySession(Login login) {
        return new StoredSession(login.word(), null, null, null, null, null, null, false, List.of());
    }

    Account account() {
        return account;
    }

    AccountName name() {
        return account.name();
    }

    /** Itself, or the account whose login it shares. */
    ManagedAccount owner() {
        return owner;
    }

    boolean ownsItsSession() {
        return owner == this;
    }

    ReentrantLock session() {
        return session;
    }

    StoredSession stored() {
        return stored;
    }

    void store(StoredSession next) {
        stored = next;
    }

    /** Of the owner for all who share its login; null while nobody is logged in. */
    @Nullable
    String user() {
        return owner.stored.iamId() == null ? null : owner.user;
    }

    void isUsedBy(@Nullable String name) {
        owner.user = name;
    }

    boolean isDisabled() {
        return owner.stored.disabled();
    }

    AccountStatus.@Nullable Failure dead() {
        return owner.dead;
    }

    void die(AccountStatus.Failure failure) {
        owner.dead = failure;
    }

    void revive() {
        owner.dead = null;
    }

    @Nullable
    Secret presentedKey() {
        return presentedKey;
    }

    void presentKey(@Nullable Secret key) {
        presentedKey = key;
    }

    boolean wasRefused(Secret credential) {
        Secret refused = refusedCredential;
        return refused != null && refused.matches(credential);
    }

    void refuse(@Nullable Secret credential) {
        refusedCredential = credential;
    }

    /** Claims the one login that may be pending; false where somebody else's is. */
    boolean beginLogin() {
        return isLoggingIn.compareAndSet(false, true);
    }

    void endLogin() {
        isLoggingIn.set(false);
    }

    void kubeUsed(long nowNanos) {
        kubeUsedNanos = nowNanos;
        kubeUsed = true;
    }

    boolean kubeUsedWithin(long nanos, long nowNanos) {
        return kubeUsed && nowNanos - kubeUsedNanos <= nanos;
    }

    /** The token of that OpenShift cluster is asked for. */
    void openShiftUsed(Cluster cluster, long nowNanos) {
        openShifts.put(cluster.id(), new OpenShiftUse(cluster, nowNanos));
    }

    /** A token of that cluster was kept; where it is, whoever asks for it will say. */
    void openShiftKept(String cluster) {
        openShifts.putIfAbsent(cluster, new OpenShiftUse(null, 0));
    }

    /** The OpenShift cluster of that id, null where nobody asked for its token yet. */
    @Nullable
    Cluster openShift(String id) {
        OpenShiftUse use = openShifts.get(id);
        return use == null ? null : use.cluster;
    }

    /** Whether the kube token of that key was asked for so lately. */
    boolean usedWithin(TokenKey key, long nanos, long nowNanos) {
        if (key.cluster() == null) {
            return kubeUsedWithin(nanos, nowNanos);
        }
        OpenShiftUse use = openShifts.get(key.cluster());
        return use != null && use.cluster != null && nowNanos - use.usedNanos <= nanos;
    }

    /** Every token that there may be of this account: a kind each, then those of its OpenShift clusters. */
    List<TokenKey> keys() {
        List<TokenKey> keys = new ArrayList<>();
        for (TokenKind kind : TokenKind.values()) {
            keys.add(new TokenKey(name(), kind));
        }
        keys.addAll(openShiftKeys());
        return keys;
    }

    List<TokenKey> openShiftKeys() {
        return openShifts.keySet().stream()
                .sorted()
                .map(id -> TokenKey.ofCluster(name(), id))
                .toList();
    }

    void uaaUsed() {
        uaaUsed = true;
    }

    boolean isUaaUsed() {
        return uaaUsed;
    }

    /** Also one that could not be written yet: that is the one IAM knows. */
    @Nullable
    Secret newestRefreshToken() {
        Unsaved pending = unsaved();
        return pending == null ? stored.refreshToken() : pending.session().refreshToken();
    }

    @Nullable
    Secret kubeRefreshToken() {
        assert session.isHeldByCurrentThread();
        return owner.kubeRefreshTokens.get(name());
    }

    void keepKubeRefreshToken(@Nullable Secret token) {
        assert session.isHeldByCurrentThread();
        if (token == null) {
            owner.kubeRefreshTokens.remove(name());
        } else {
            owner.kubeRefreshTokens.put(name(), token);
        }
    }

    /** Those of all who share this login: its session is over, or another one begins. */
    void forgetKubeRefreshTokens() {
        kubeRefreshTokens.clear();
    }

    @Nullable
    Unsaved unsaved() {
        assert session.isHeldByCurrentThread();
        return unsaved;
    }

    void keepUnsaved(@Nullable Unsaved pending) {
        assert session.isHeldByCurrentThread();
        unsaved = pending;
    }

    /**
     * Takes over what is known of {@code before}, whose place it takes and which is configured the same. Before anybody
     * else knows this one, and while the lock of {@code before} is held.
     */
    void succeed(ManagedAccount before) {
        dead = before.dead;
        presentedKey = before.presentedKey;
        refusedCredential = before.refusedCredential;
        kubeUsedNanos = before.kubeUsedNanos;
        kubeUsed = before.kubeUsed;
        openShifts.putAll(before.openShifts);
        uaaUsed = before.uaaUsed;
        announced = before.announced;
    }

    /** As {@link #keepUnsaved}, before anybody else knows this one. */
    void inheritUnsaved(@Nullable Unsaved pending) {
        unsaved = pending;
    }

    /** Lets go of everything secret. While its session's lock is held; nobody uses it any more. */
    void drop() {
        stored = emptySession(account.login());
        presentedKey = null;
        refusedCredential = null;
        unsaved = null;
        kubeRefreshTokens.clear();
    }

    AccountState announced() {
        return announced;
    }

    /** Notes the state that observers were told last, and returns the one before. */
    AccountState announce(AccountState state) {
        AccountState before = announced;
        announced = state;
        return before;
    }
}
