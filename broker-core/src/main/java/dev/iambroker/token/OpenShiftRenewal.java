package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.OpenShiftFailure;
import dev.iambroker.account.OpenShiftServers;
import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.secret.Secret;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the token of an OpenShift cluster: its API server tells where its OAuth server is, IAM gives a one-time
 * passcode, and the OAuth server takes that for a token. The place is asked for first, since a passcode for which there
 * is none would be wasted.
 *
 * <p><b>Concurrency.</b> The session's lock is held for the passcode, which is asked for with the session's refresh
 * token, and for taking in the token; never while the cluster's servers are asked. They are not IAM, and one that hangs
 * must not keep the session's own tokens from being renewed.
 */
final class OpenShiftRenewal {
    private static final Logger log = LoggerFactory.getLogger(OpenShiftRenewal.class);

    private final SessionTurn turn;
    private final Outcomes outcomes;
    private final Exchange exchange;
    private final OpenShiftServers servers;
    private final Intake intake;
    private final Time time;

    /** @param nanos just before the request, by the monotonic clock */
    private record Issued(OpenShiftToken token, long nanos) {}

    OpenShiftRenewal(
            SessionTurn turn,
            Outcomes outcomes,
            Exchange exchange,
            OpenShiftServers servers,
            Intake intake,
            Time time) {
        this.turn = turn;
        this.outcomes = outcomes;
        this.exchange = exchange;
        this.servers = servers;
        this.intake = intake;
        this.time = time;
    }

    /** Null where it succeeded. Without any lock. */
    @Nullable
    RenewalFailure renew(Flight flight, String id) {
        TokenKey key = flight.key();
        Issued issued;
        try {
            issued = issued(flight, id);
        } catch (AlreadySeenTo e) {
            return e.failure;
        } catch (RenewalFailure e) {
            return ofSameAccount(flight, account -> outcomes.failed(account, key, e));
        } catch (RuntimeException e) {
            log.error("renewing {} failed in a way that should not happen", key, e);
            return ofSameAccount(flight, account -> outcomes.failed(account, key, Outcomes.internalError()));
        }
        return ofSameAccount(
                flight,
                account -> outcomes.attempted(
                        account, key, () -> intake.openShift(account, id, issued.token, issued.nanos)));
    }

    private Issued issued(Flight flight, String id) {
        Account account = flight.account().account();
        Cluster cluster = flight.account().openShift(id);
        if (cluster == null) {
            throw configuredAnew();
        }
        try {
            String authorization = servers.authorization(account, cluster);
            return exchanged(flight, cluster, authorization);
        } catch (OpenShiftFailure e) {
            throw translated(e);
        }
    }

    /** A passcode may be refused for having been a moment too new: one more is tried, and no third. */
    private Issued exchanged(Flight flight, Cluster cluster, String authorization) {
        try {
            return exchangedOnce(flight, cluster, authorization);
        } catch (OpenShiftFailure e) {
            if (e.kind() != OpenShiftFailure.Kind.PASSCODE_REFUSED) {
                throw e;
            }
            log.debug("{}: once more, with another passcode", e.getMessage());
        }
        return exchangedOnce(flight, cluster, authorization);
    }

    private Issued exchangedOnce(Flight flight, Cluster cluster, String authorization) {
        Secret passcode = passcode(flight);
        long nanos = time.nanos();
        Account account = flight.account().account();
        return new Issued(servers.token(account, cluster, authorization, passcode), nanos);
    }

    /**
     * What goes wrong here concerns the session, and is seen to while it is held: a login a moment later must not be taken
     * for dead.
     */
    private Secret passcode(Flight flight) {
        return ofSameAccount(flight, account -> {
            try {
                return exchange.passcode(account);
            } catch (RenewalFailure e) {
                throw new AlreadySeenTo(outcomes.failed(account, flight.key(), e));
            }
        });
    }

    /** A passcode of one account must not reach the clusters of another that took its alias, nor their token its clients. */
    private <T extends @Nullable Object> T ofSameAccount(Flight flight, Function<ManagedAccount, T> work) {
        return turn.take(flight, account -> {
            if (account != flight.account()) {
                throw configuredAnew();
            }
            return work.apply(account);
        });
    }

    private static RenewalFailure configuredAnew() {
        return new RenewalFailure.Transient("the account was configured anew meanwhile: try again", null, null);
    }

    private static RenewalFailure translated(OpenShiftFailure failure) {
        return switch (failure.kind()) {
            case RETRY -> new RenewalFailure.Transient(failure.getMessage(), null, failure.retryAfter());
            case PASSCODE_REFUSED, REFUSED -> new RenewalFailure.ClusterRefused(failure.getMessage());
        };
    }

    /** Carries a failure past those who would see to it once more. */
    private static final class AlreadySeenTo extends RuntimeException {
        private final RenewalFailure failure;

        AlreadySeenTo(RenewalFailure failure) {
            super(failure.getMessage(), failure, false, false);
            this.failure = failure;
        }
    }
}
