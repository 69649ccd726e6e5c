package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A small real IAM: it knows which refresh tokens it gave out and how it retires them, and it can be told to fail. A
 * used refresh token stays good until its successor has been used (overlapping rotation).
 */
@Reveals("plays IAM, which reads what it is sent")
public final class ScriptedIam implements IamClient {
    public static final String ACCOUNT_ID = "0123456789abcdef0123456789abcdef";

    /** What this IAM's tokens name unless told otherwise. */
    public static final String ISSUER = "https://iam.test/identity";

    private final Time time;
    private final List<String> requests = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
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
    private Consumer<String> onIssue = unused -> {};
    private @Nullable Duration refreshTokenLife;
    private Duration sessionLife = Duration.ofDays(30);
    private Duration ahead = Duration.ZERO;
    private final Map<String, Instant> endOf = new HashMap<>();
    private Instant sessionBegan = Instant.MIN;
    private String iamId = "IBMid-1";
    private UnaryOperator<String> upstreamOfAccount = account -> "https://iam.test";
    private @Nullable String otherAccountId;
    private @Nullable String issuer = ISSUER;
    private Set<String> issuers = Set.of(ISSUER);
    private @Nullable String discoveryDocument;
    private List<String> audience = List.of("kube");
    private Duration idTokenShift = Duration.ZERO;
    private boolean kubeIsOpaque;
    private boolean kubeRefreshes = true;
    private UnaryOperator<IssuedToken> refreshedIdTokens = token -> token;
    private @Nullable AccountName refused;
    private @Nullable Instant refreshTokensEnd;
    private String newest = "none";
    private int serial;

    /** A request, and when it was made by the monotonic clock. */
    public record Asked(long nanos, String account, String label) {}

    public ScriptedIam(Time time) {
        this.time = time;
    }

    public void life(Duration newLife) {
        this.life = newLife;
    }

    /** Refresh tokens end, and answers say so; {@code ofSession} counts from the login. */
    public void refreshTokenLife(Duration ofToken, Duration ofSession) {
        refreshTokenLife = ofToken;
        sessionLife = ofSession;
    }

    /** Told of every access, ID and UAA token as it is issued. */
    public void onIssue(Consumer<String> hook) {
        onIssue = hook;
    }

    /** This IAM's clock is that much ahead of the broker's machine. */
    public void ahead(Duration newAhead) {
        ahead = newAhead;
    }

    private Instant now() {
        return time.now().plus(ahead);
    }

    public void answerAs(String newIamId) {
        this.iamId = newIamId;
    }

    /** Answers are about this account, whichever was asked for; null ends that. */
    public void answerForAccount(@Nullable String accountId) {
        this.otherAccountId = accountId;
    }

    /** What later tokens say of who issued them; null for nothing. */
    public void issueAs(@Nullable String newIssuer) {
        this.issuer = newIssuer;
    }

    /** What clusters take, by this IAM's word; none where it does not tell. */
    public void clustersTake(Set<String> newIssuers) {
        this.issuers = newIssuers;
    }

    /** Where this IAM says what clusters take. */
    public void tellIssuersAt(String document) {
        this.discoveryDocument = document;
    }

    /** Whom later tokens are for. */
    public void issueFor(List<String> newAudience) {
        this.audience = newAudience;
    }

    /** Later ID tokens were issued, and end, so much later than they should. */
    public void shiftIdTokens(Duration by) {
        this.idTokenShift = by;
    }

    /** ID tokens are no JWTs from now on. */
    public void opaqueIdTokens() {
        this.kubeIsOpaque = true;
    }

    /** The client kube gets no refresh tokens of its own from now on, and those it has are refused. */
    public void refuseKubeRefreshes() {
        this.kubeRefreshes = false;
    }

    /** What becomes of the ID tokens that the client kube gets for a refresh token of its own, and of no others. */
    public void bendRefreshedIdTokens(UnaryOperator<IssuedToken> bend) {
        this.refreshedIdTokens = bend;
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

    /** Spreads the accounts, by name, over several IAMs. */
    public void upstreams(UnaryOperator<String> byAccount) {
        upstreamOfAccount = byAccount;
    }

    @Override
    public synchronized TokenIssuers issuers(Account account, @Nullable String named) {
        return new TokenIssuers(issuers, discoveryDocument);
    }

    @Override
    public URI passcodePage(Account account) {
        return URI.create("https://iam.test/identity/passcode");
    }

    @Override
    public String upstream(Account account) {
        return upstreamOfAccount.apply(account.name().value());
    }

    /** The account of the request that is being answered. */
    public synchronized String asking() {
        return asked.getLast().account();
    }

    /** Every request, in order. */
    public synchronized List<Asked> asked() {
        return List.copyOf(asked);
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
        note(account, grant.label());
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

    @Override
    public synchronized Secret passcode(Account account, Secret refreshToken) {
        note(account, "one-time-passcode");
        if (beforeAnswer != null) {
            beforeAnswer.run();
        }
        IamFailure failure = failing == null ? null : failing.get();
        if (failure != null) {
            throw failure;
        }
        demandAlive(refreshToken.reveal());
        return Secret.of("passcode-" + ++serial);
    }

    private void note(Account account, String label) {
        requests.add(label);
        asked.add(new Asked(time.nanos(), account.name().value(), label));
    }

    private IamAnswer answer(Account account, Grant grant, Instant requestedAt) {
        if (!(grant instanceof Grant.Refresh)) {
            sessionBegan = now();
        }
        return switch (grant) {
            case Grant.ApiKey g -> login(account, requestedAt, g.asClient() ? fresh() : null);
            case Grant.Password g -> login(account, requestedAt, fresh());
            case Grant.Passcode g -> login(account, requestedAt, fresh());
            case Grant.ComputeResource g -> g.asKube() ? kube(account, requestedAt) : login(account, requestedAt, null);
            case Grant.Refresh g ->
                refresh(account, requestedAt, g.refreshToken().reveal());
            case Grant.DelegatedRefresh g ->
                delegated(requestedAt, g.refreshToken().reveal());
            case Grant.DelegatedExchange g -> exchanged(account, requestedAt);
            case Grant.KubeRefresh g ->
                kubeRefreshed(account, requestedAt, g.refreshToken().reveal());
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
        boolean isOver = endOf.containsKey(token) && !now().isBefore(endOf.get(token));
        if (!known.contains(token) || dead.contains(token) || isOver) {
            throw new IamFailure.Reauthenticate("BXNIM0407E: the refresh token is dead", 400, "BXNIM0407E");
        }
    }

    private String fresh() {
        String token = "refresh-" + ++serial;
        known.add(token);
        newest = token;
        if (refreshTokenLife != null) {
            Instant own = now().plus(refreshTokenLife);
            Instant session = sessionBegan.plus(sessionLife);
            endOf.put(token, own.isBefore(session) ? own : session);
        }
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
        Instant own = refreshToken == null ? null : endOf.get(refreshToken);
        Instant end = refresh == null || own != null ? own : refreshTokensEnd;
        return new IamAnswer(issued("access", account), null, uaa, refresh, null, end, "ibm openid", requestedAt);
    }

    private IamAnswer exchanged(Account account, Instant requestedAt) {
        return kube(account, requestedAt, kubeRefreshes ? Secret.of(freshForKube()) : null);
    }

    /** Retired at its use, as IAM may. */
    private IamAnswer kubeRefreshed(Account account, Instant requestedAt, String used) {
        if (!kubeRefreshes) {
            throw new IamFailure.Reauthenticate("BXNIM0408E: the refresh token is dead", 400, "BXNIM0408E");
        }
        demandAlive(used);
        dead.add(used);
        return kube(account, requestedAt, Secret.of(freshForKube()), refreshedIdTokens);
    }

    private String freshForKube() {
        String token = "kube-refresh-" + ++serial;
        known.add(token);
        return token;
    }

    private IamAnswer kube(Account account, Instant requestedAt) {
        return kube(account, requestedAt, null);
    }

    private IamAnswer kube(Account account, Instant requestedAt, @Nullable Secret refresh) {
        return kube(account, requestedAt, refresh, token -> token);
    }

    private IamAnswer kube(
            Account account, Instant requestedAt, @Nullable Secret refresh, UnaryOperator<IssuedToken> bend) {
        IssuedToken good = bend.apply(issued("kube", account, idTokenShift));
        IssuedToken id = kubeIsOpaque ? new IssuedToken(good.value(), good.life(), good.expiresAt(), null) : good;
        Claims now = new Claims(now(), now().plus(life), iamId, null, null, issuer, List.of(), Set.of());
        IssuedToken access = new IssuedToken(Secret.of("beside"), life, now().plus(life), now);
        return new IamAnswer(access, id, null, refresh, null, null, "ibm openid", requestedAt);
    }

    private IssuedToken issued(String what, Account account) {
        return issued(what, account, Duration.ZERO);
    }

    private IssuedToken issued(String what, Account account, Duration shift) {
        String accountId = otherAccountId == null ? account.accountId() : otherAccountId;
        Instant begin = now().plus(shift);
        Instant end = begin.plus(life);
        Set<String> accounts = accountId == null ? Set.of() : Set.of(accountId);
        Claims claims = new Claims(begin, end, iamId, "ada@example.com", accountId, issuer, audience, accounts);
        String value = what + "-" + account.name() + "-" + ++serial;
        onIssue.accept(value);
        return new IssuedToken(Secret.of(value), life, end, claims);
    }

    @Override
    public synchronized void revoke(Account account, Secret refreshToken) {
        note(account, "revoke");
        revoked.add(refreshToken.reveal());
        dead.add(refreshToken.reveal());
    }
}
