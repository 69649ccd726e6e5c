package dev.iambroker.broker;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Credentials for kubectl: tokens of whichever account the server belongs to. Thread-safe. */
final class KubeCredentials {
    private static final Logger log = LoggerFactory.getLogger(KubeCredentials.class);

    private final Gate gate;
    private final TokenService tokens;
    private final HandOut handOut;
    private final ClusterResolver resolver;
    private final Time time;
    private final SecondAsks secondAsks;
    private volatile Duration expiryMargin;

    /** @param expiryMargin how much earlier than its end a credential says that it ends */
    KubeCredentials(
            Gate gate,
            TokenService tokens,
            HandOut handOut,
            ClusterResolver resolver,
            Time time,
            Duration expiryMargin) {
        this.gate = gate;
        this.tokens = tokens;
        this.handOut = handOut;
        this.resolver = resolver;
        this.time = time;
        this.secondAsks = new SecondAsks(time);
        this.expiryMargin = expiryMargin;
    }

    /** From now on by this margin. */
    void apply(Duration newExpiryMargin) {
        expiryMargin = newExpiryMargin;
    }

    /** What can be had without waiting; null where that takes a closer look. */
    @Nullable
    KubeCredential now(ClientIdentity client, KubeRequest request) {
        TokenRequest resolved = resolver.resolved(client, request);
        if (resolved == null) {
            gate.demandOpen();
            return null;
        }
        // What may lead to IAM is not for an event loop.
        TokenGrant grant = secondAsks.isSecond(request) ? null : handOut.servedNow(client, resolved);
        return grant == null ? null : credential(request, resolved, grant);
    }

    /** As {@link #now}, waiting for IAM as long as {@code request} says. */
    KubeCredential waited(ClientIdentity client, KubeRequest request) {
        long end = time.nanos() + request.patience().toNanos();
        TokenRequest resolved = resolver.resolved(client, request);
        if (resolved == null) {
            gate.demandOpen();
            resolver.learnClusters(client, request, HandOut.left(time, end));
            resolved = resolver.resolved(client, request);
        }
        if (resolved == null) {
            throw Failures.unknownServer(request);
        }
        resolver.learnNames(client, resolved.withPatience(HandOut.left(time, end)));
        replaceRefused(client, request, resolved.withPatience(HandOut.left(time, end)));
        return credential(request, resolved, handOut.served(client, resolved, end));
    }

    /** Mints anew what an API server seems to have answered with 401. A token that cannot be replaced is given again. */
    private void replaceRefused(ClientIdentity client, KubeRequest request, TokenRequest resolved) {
        if (!secondAsks.isSecond(request)) {
            return;
        }
        TokenKey key = handOut.keyOf(handOut.permitted(client, resolved), resolved);
        Token token = tokens.peek(key);
        if (token == null || !secondAsks.takeTurn(request, key, token.etag())) {
            return;
        }
        log.info(
                "{} was given to process {}, which asks for it again at once, as after a 401: another one is minted",
                key,
                request.caller());
        try {
            tokens.renew(key, resolved.patience());
        } catch (RenewalFailure e) {
            log.info("{} stays what it was: {}", key, e.getMessage());
        }
    }

    private KubeCredential credential(KubeRequest request, TokenRequest resolved, TokenGrant grant) {
        // A reload may have made the alias stand for another IBM account while the token came: it is not for that
        // server.
        if (!resolver.stillMeans(request, resolved)) {
            throw Failures.unknownServer(request);
        }
        // The margin keeps clear of the token's own end; an end that is only stated needs none.
        Instant clear = grant.tokenEndsAt().minus(expiryMargin);
        Instant stated = grant.expiresAt().isBefore(clear) ? grant.expiresAt() : clear;
        secondAsks.given(request, grant.etag());
        return new KubeCredential(grant, stated.truncatedTo(ChronoUnit.SECONDS));
    }
}
