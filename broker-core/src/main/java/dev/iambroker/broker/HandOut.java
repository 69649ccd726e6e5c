package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.TokenKind;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.event.AuditEvent.Source;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.PendingRenewal;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hands tokens out: decides, puts on record, then serves. Thread-safe. */
final class HandOut {
    private final Gate gate;
    private final TokenService tokens;
    private final AccountServices services;
    private final ClusterResolver resolver;
    private final Time time;

    HandOut(Gate gate, TokenService tokens, AccountServices services, ClusterResolver resolver, Time time) {
        this.gate = gate;
        this.tokens = tokens;
        this.services = services;
        this.resolver = resolver;
        this.time = time;
    }

    @Nullable
    TokenGrant tokenNow(ClientIdentity client, TokenRequest request) {
        return resolver.isTypeUnknown(request) ? null : servedNow(client, request);
    }

    @Nullable
    PendingGrant pendingToken(ClientIdentity client, TokenRequest request) {
        boolean waits = request.patience().isPositive();
        if (!waits || resolver.isTypeUnknown(request) || needsThread(client, request)) {
            return null;
        }
        Account account = permitted(client, request);
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        try {
            PendingRenewal renewal = tokens.pending(key, request.minTtl());
            return renewal == null
                    ? null
                    : new RenewedGrant(
                            renewal,
                            request.patience(),
                            // A reload may have asked for records that a disk has to confirm.
                            token -> gate.blocks() ? null : stillPermitted(client, request, token, before),
                            failure -> Failures.of(permitted(client, request), failure));
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private boolean needsThread(ClientIdentity client, TokenRequest request) {
        return gate.blocks() || resolver.isUndecided(client, request);
    }

    @Nullable
    TokenGrant servedNow(ClientIdentity client, TokenRequest request) {
        if (needsThread(client, request)) {
            return null;
        }
        Account account = permitted(client, request);
        return immediate(client, account, request);
    }

    @Nullable
    StandingOrder standingOrder(ClientIdentity client, TokenRequest request) {
        // Which cluster it is, and what its own token is, may be learnt from one request to the next.
        if (gate.blocks() || request.cluster() != null) {
            return null;
        }
        Passage passage = gate.passage(client, Verb.of(request.kind()), request.account());
        return passage == null ? null : new PermittedOrder(passage, tokens, time, request);
    }

    TokenGrant token(ClientIdentity client, TokenRequest request) {
        long end = time.nanos() + request.patience().toNanos();
        resolver.learnNames(client, request);
        resolver.learnType(permitted(client, request), request);
        return served(client, request, end);
    }

    TokenGrant served(ClientIdentity client, TokenRequest request, long end) {
        Account account = permitted(client, request);
        return fetched(client, account, request.withPatience(left(time, end)));
    }

    Account permitted(ClientIdentity client, TokenRequest request) {
        Verb verb = Verb.of(request.kind());
        Account account = gate.permit(client, verb, request.account(), request.cluster());
        Demand.kind(account, request.kind());
        return account;
    }

    /** The token that a permitted client means: of an OpenShift cluster it is the cluster's own. */
    TokenKey keyOf(Account account, TokenRequest request) {
        String named = request.cluster();
        Cluster openShift =
                request.kind() == TokenKind.KUBE && named != null ? services.openShift(account.name(), named) : null;
        if (openShift == null) {
            return new TokenKey(account.name(), request.kind());
        }
        Demand.passcodes(account);
        return tokens.openShift(account.name(), openShift);
    }

    private @Nullable TokenGrant immediate(ClientIdentity client, Account account, TokenRequest request) {
        TokenKey key = keyOf(account, request);
        try {
            Token token = tokens.immediate(key, request.minTtl());
            return token == null ? null : gate.handOut(client, token, request.cluster(), Source.CACHED);
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private TokenGrant fetched(ClientIdentity client, Account account, TokenRequest request) {
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        try {
            Token token = tokens.token(key, request.minTtl(), request.patience());
            return stillPermitted(client, request, token, before);
        } catch (RenewalFailure e) {
            throw Failures.of(permitted(client, request), e);
        }
    }

    /** Waiting takes up to a minute: a reload may have taken the right, or the account, away meanwhile. */
    private TokenGrant stillPermitted(
            ClientIdentity client, TokenRequest request, Token token, @Nullable Token before) {
        permitted(client, request);
        boolean wasThere = before != null && before.etag().equals(token.etag());
        return gate.handOut(client, token, request.cluster(), wasThere ? Source.CACHED : Source.MINTED);
    }

    @Nullable
    TokenGrant watch(ClientIdentity client, TokenRequest request, @Nullable String after, Duration patience) {
        Account account = permitted(client, request);
        if (after == null) {
            return fetched(client, account, request);
        }
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        Token token = tokens.next(key, after, request.minTtl(), patience);
        if (token == null) {
            permitted(client, request);
            return null;
        }
        return stillPermitted(client, request, token, before);
    }

    /**
     * The token that {@code client} should keep now. Does not wait for its renewal: begins one where that is due, after
     * which asking again makes sense. What is kept already is no hand-out, and leaves no record.
     *
     * @param held the etag of what it keeps, null for nothing
     */
    Delivery deliver(ClientIdentity client, TokenRequest request, @Nullable String held) {
        resolver.learnNames(client, request);
        resolver.learnType(permitted(client, request), request);
        Account account = permitted(client, request);
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        try {
            Token cached = tokens.immediate(key, request.minTtl());
            Token token = cached != null ? cached : tokens.token(key, request.minTtl(), Duration.ZERO);
            boolean isHeld = token.etag().equals(held);
            return new Delivery(isHeld ? null : stillPermitted(client, request, token, before), token.left(time));
        } catch (RenewalFailure e) {
            throw Failures.of(permitted(client, request), e);
        }
    }

    /** How much is left until {@code end}, by the monotonic clock. */
    static Duration left(Time time, long end) {
        return Duration.ofNanos(Math.max(0, end - time.nanos()));
    }
}
