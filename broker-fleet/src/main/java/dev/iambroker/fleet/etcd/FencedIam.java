package dev.iambroker.fleet.etcd;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.iam.CallLimit;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * IAM, made safe for a fleet.
 *
 * <h2>Fencing</h2>
 *
 * <p>A refresh token of a shared session goes out only by its renewer, while the lease is certain to outlast the request:
 * the request has to be over some time before the lease is, so that no other can have begun by then. Before it goes out its
 * intent is on record, in a transaction that holds only where this member is the renewer and the session is the one that is
 * presented; so whoever takes the login over, knows that the token may have been used.
 */
final class FencedIam implements IamClient {
    /** With less than that certain, etcd is asked first. */
    private static final Duration COMFORT = Duration.ofSeconds(8);

    private static final Duration LEAST = Duration.ofSeconds(4);

    /** How long before the lease's end a request is over. */
    private static final Duration MARGIN = Duration.ofMillis(1_500);

    private final IamClient iam;
    private final Keyspace keys;
    private final Claims claims;
    private final Lease lease;
    private final Passages passages;
    private final SharedSessions sessions;
    private final Intents intents;
    private final LongSupplier nanos;

    FencedIam(
            IamClient iam,
            Keyspace keys,
            Claims claims,
            Lease lease,
            Passages passages,
            SharedSessions sessions,
            Intents intents,
            LongSupplier nanos) {
        this.iam = iam;
        this.keys = keys;
        this.claims = claims;
        this.lease = lease;
        this.passages = passages;
        this.sessions = sessions;
        this.intents = intents;
        this.nanos = nanos;
    }

    @Override
    public IamAnswer request(Account account, Grant grant) {
        Secret presented = switch (grant) {
            case Grant.Refresh refresh -> refresh.refreshToken();
            case Grant.DelegatedRefresh refresh -> refresh.refreshToken();
            case Grant.ApiKey unused -> null;
            case Grant.Password unused -> null;
            case Grant.Passcode unused -> null;
            case Grant.DelegatedExchange unused -> null;
            case Grant.KubeRefresh unused -> null;
            case Grant.KubeApiKey unused -> null;
            case Grant.ComputeResource unused -> null;
        };
        if (presented == null || !isShared(account, presented)) {
            return accompanied(account, grant);
        }
        if (grant instanceof Grant.Refresh) {
            return refreshed(account, grant, presented);
        }
        return fenced(account, () -> iam.request(account, grant));
    }

    @Override
    public Secret passcode(Account account, Secret refreshToken) {
        return isShared(account, refreshToken)
                ? fenced(account, () -> iam.passcode(account, refreshToken))
                : iam.passcode(account, refreshToken);
    }

    private boolean isShared(Account account, Secret token) {
        return sessions.isOfLogin(keys.id(account.sessionOwner()), token);
    }

    /** A login, whosever it is: were the duty handed over before its answer is kept, the next renewer would make it once more. */
    private IamAnswer accompanied(Account account, Grant grant) {
        String id = keys.id(account.sessionOwner());
        if (!claims.isOurs(id) || !passages.enter(id)) {
            return iam.request(account, grant);
        }
        boolean isAnswered = false;
        try {
            IamAnswer answer = iam.request(account, grant);
            isAnswered = isLogin(grant);
            return answer;
        } finally {
            leave(id, isAnswered, /* isSpent= */ false);
        }
    }

    private static boolean isLogin(Grant grant) {
        return switch (grant) {
            case Grant.ApiKey login -> true;
            case Grant.Password login -> true;
            case Grant.Passcode login -> true;
            case Grant.ComputeResource login -> true;
            case Grant.Refresh brought -> true;
            case Grant.DelegatedRefresh other -> false;
            case Grant.DelegatedExchange other -> false;
            case Grant.KubeRefresh other -> false;
            case Grant.KubeApiKey other -> false;
        };
    }

    /** A request that uses nothing up; only the renewer's, as it has to be of the newest session. */
    private <A> A fenced(Account account, Supplier<A> request) {
        String id = keys.id(account.sessionOwner());
        enter(id);
        try {
            confirm(id);
            return limited(request);
        } finally {
            passages.exit(id);
        }
    }

    private IamAnswer refreshed(Account account, Grant grant, Secret presented) {
        AccountName owner = account.sessionOwner();
        String id = keys.id(owner);
        enter(id);
        boolean isAnswered = false;
        try {
            confirm(id);
            declare(owner, id, presented);
            IamAnswer answer = limited(() -> iam.request(account, grant));
            isAnswered = true;
            return answer;
        } catch (IamFailure.Reauthenticate | IamFailure.GiveUp e) {
            intents.withdraw(id, presented);
            throw e;
        } finally {
            leave(id, isAnswered, /* isSpent= */ true);
        }
    }

    private void enter(String id) {
        if (!passages.enter(id)) {
            throw retry("another member of the fleet takes over this login");
        }
    }

    private void leave(String id, boolean isAnswered, boolean isSpent) {
        if (isAnswered) {
            passages.answered(id, isSpent);
        } else {
            passages.exit(id);
        }
    }

    private void confirm(String id) {
        if (!claims.isOurs(id)) {
            throw retry("another member of the fleet renews this login");
        }
        if (lease.left().compareTo(COMFORT) < 0) {
            try {
                lease.renew();
            } catch (EtcdUnavailable | FleetRefused e) {
                // What is left may do.
            }
        }
        if (lease.left().compareTo(LEAST) < 0) {
            throw retry("this broker's lease in the fleet cannot be confirmed");
        }
        if (!claims.isOurs(id)) {
            throw retry("another member of the fleet renews this login");
        }
    }

    private void declare(AccountName owner, String id, Secret presented) {
        try {
            // The session that it is of may have been written although nobody could say so.
            sessions.settle(id);
            if (!intents.declare(owner, id, presented, sessions.base(id))) {
                throw retry("another member of the fleet renewed this login, or renews it now");
            }
        } catch (EtcdUnavailable | FleetRefused e) {
            throw retry("the fleet's record of renewals cannot be written: " + e.getMessage());
        }
        if (lease.left().compareTo(LEAST) < 0) {
            throw retry("this broker's lease in the fleet cannot be confirmed");
        }
    }

    private <A> A limited(Supplier<A> request) {
        return CallLimit.until(nanos, lease.untilNanos() - MARGIN.toNanos(), request);
    }

    private static IamFailure.Retry retry(String message) {
        return new IamFailure.Retry(message, IamFailure.NO_STATUS, null, null);
    }

    @Override
    public void revoke(Account account, Secret refreshToken) {
        iam.revoke(account, refreshToken);
    }

    @Override
    public TokenIssuers issuers(Account account, @Nullable String named) {
        return iam.issuers(account, named);
    }

    @Override
    public URI passcodePage(Account account) {
        return iam.passcodePage(account);
    }

    @Override
    public String upstream(Account account) {
        return iam.upstream(account);
    }
}
