package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A small real IAM: it knows which refresh tokens it gave out and how it retires them, and it can be told to fail. A
 * used refresh token stays good until its successor has been used (overlapping rotation).
 */
@Reveals("plays IAM, which reads what it is sent")
public final class ScriptedIam implements IamClient {
    public static final String ACCOUNT_ID = "0123456789abcdef0123456789abcdef";

    private final Time time;
    private final List<String> requests = new ArrayList<>();
    private final Map<String, String> successorOf = new HashMap<>();
    private final List<String> revoked = new ArrayList<>();
    private final Set<String> dead = new HashSet<>();
    private final Set<String> known = new HashSet<>();
    private @Nullable Supplier<@Nullable IamFailure> failing;
    private @Nullable Runnable beforeAnswer;
    private @Nullable Runnable afterAnswer;
    private Duration life = Duration.ofHours(1);
    private boolean rotating = true;
    private boolean uaaOnlyByRefresh;
    private String iamId = "IBMid-1";
    private @Nullable String otherAccountId;
    private @Nullable AccountName refused;
    private @Nullable Instant refreshTokensEnd;
    private String newest = "none";
    private int serial;

    public ScriptedIam(Time time) {
        this.time = time;
    }

    public void life(Duration newLife) {
        this.life = newLife;
    }

    public void answerAs(String newIamId) {
        this.iamId = newIamId;
    }

    /** Answers are about this account, whichever was asked for; null ends that. */
    public void answerForAccount(@Nullable String accountId) {
        this.otherAccountId = accountId;
    }

    /** Refuses the refreshes of one account as if the refresh token were dead. */
    public void refuseRefreshesOf(AccountName account) {
        this.refused = account;
    }

    /** What later answers say of their refresh token's end. */
    public void refreshTokensEnd(Instant end) {
        this.refreshTokensEnd = end;
    }

    /** Logins bring no UAA token, as those bound to an account do on the later pages. */
    public void uaaOnlyByRefresh() {
        uaaOnlyByRefresh = true;
    }

    /** Every request fails while the supplier gives a failure. */
    public void failWith(@Nullable Supplier<@Nullable IamFailure> supplier) {
        this.failing = supplier;
    }

    public void beforeAnswer(@Nullable Runnable hook) {
        this.beforeAnswer = hook;
    }

    public void afterAnswer(@Nullable Runnable hook) {
        this.afterAnswer = hook;
    }

    /** A refresh token from elsewhere that this IAM accepts. */
    public Secret importable(String value) {
        known.add(value);
        return Secret.of(value);
    }

    /** Ends every session. */
    public void revokeAll() {
        dead.addAll(known);
    }

    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    /** The refresh token that was given out last. */
    public synchronized String newestRefreshToken() {
        return newest;
    }

    /** The refresh tokens that were revoked, in order. */
    public synchronized List<String> revoked() {
        return List.copyOf(revoked);
    }

    public synchronized long count(String label) {
        return requests.stream().filter(label::equals).count();
    }

    @Override
    public synchronized IamAnswer request(Account account, Grant grant) {
        requests.add(grant.label());
        Instant requestedAt = time.now();
        if (beforeAnswer != null) {
            beforeAnswer.run();
        }
        IamFailure failure = failing == null ? null : failing.get();
        if (failure != null) {
            throw failure;
        }
        IamAnswer answer = answer(account, grant, requestedAt);
        if (afterAnswer != null) {
            afterAnswer.run();
        }
        return answer;
    }

    private IamAnswer answer(Account account, Grant grant, Instant requestedAt) {
        return switch (grant) {
            case Grant.ApiKey g -> login(account, requestedAt, g.asClient() ? fresh() : null);
            case Grant.Password g -> login(account, requestedAt, fresh());
            case Grant.Passcode g -> login(account, requestedAt, fresh());
            case Grant.ComputeResource g -> g.asKube() ? kube(account, requestedAt) : login(account, requestedAt, null);
            case Grant.Refresh g ->
                refresh(account, requestedAt, g.refreshToken().reveal());
            case Grant.DelegatedRefresh g ->
                delegated(requestedAt, g.refreshToken().reveal());
            case Grant.DelegatedExchange g -> kube(account, requestedAt);
            case Grant.KubeApiKey g -> kube(account, requestedAt);
        };
    }

    private IamAnswer refresh(Account account, Instant requestedAt, String used) {
        if (account.name().equals(refused)) {
            throw new IamFailure.Reauthenticate("BXNIM0439E: no such account for this user", 400, "BXNIM0439E");
        }
        return session(account, requestedAt, successor(used), account.uaa());
    }

    private String successor(String used) {
        demandAlive(used);
        for (Map.Entry<String, String> entry : successorOf.entrySet()) {
            if (entry.getValue().equals(used)) {
                dead.add(entry.getKey());
            }
        }
        if (!rotating) {
            return used;
        }
        String next = fresh();
        successorOf.put(used, next);
        return next;
    }

    private void demandAlive(String token) {
        if (!known.contains(token) || dead.contains(token)) {
            throw new IamFailure.Reauthenticate("BXNIM0407E: the refresh token is dead", 400, "BXNIM0407E");
        }
    }

    private String fresh() {
        String token = "refresh-" + ++serial;
        known.add(token);
        newest = token;
        return token;
    }

    private IamAnswer delegated(Instant requestedAt, String refreshToken) {
        demandAlive(refreshToken);
        Secret delegated = Secret.of("delegated-" + ++serial);
        return new IamAnswer(null, null, null, null, delegated, null, null, requestedAt);
    }

    private IamAnswer login(Account account, Instant requestedAt, @Nullable String refreshToken) {
        return session(account, requestedAt, refreshToken, account.uaa() && !uaaOnlyByRefresh);
    }

    private IamAnswer session(Account account, Instant requestedAt, @Nullable String refreshToken, boolean withUaa) {
        Secret refresh = refreshToken == null ? null : Secret.of(refreshToken);
        IssuedToken uaa = withUaa ? issued("uaa", account) : null;
        Instant end = refresh == null ? null : refreshTokensEnd;
        return new IamAnswer(issued("access", account), null, uaa, refresh, null, end, "ibm openid", requestedAt);
    }

    private IamAnswer kube(Account account, Instant requestedAt) {
        return new IamAnswer(null, issued("kube", account), null, null, null, null, "ibm openid", requestedAt);
    }

    private IssuedToken issued(String what, Account account) {
        String accountId = otherAccountId == null ? account.accountId() : otherAccountId;
        Instant end = time.now().plus(life);
        Set<String> accounts = accountId == null ? Set.of() : Set.of(accountId);
        Claims claims = new Claims(time.now(), end, iamId, accountId, null, List.of("kube"), accounts);
        return new IssuedToken(Secret.of(what + "-" + account.name() + "-" + ++serial), life, end, claims);
    }

    @Override
    public synchronized void revoke(Account account, Secret refreshToken) {
        requests.add("revoke");
        revoked.add(refreshToken.reveal());
        dead.add(refreshToken.reveal());
    }
}
