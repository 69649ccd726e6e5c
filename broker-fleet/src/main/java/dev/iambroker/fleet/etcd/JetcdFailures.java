package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetSettings;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import java.security.cert.CertificateException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;

/** Classifies what jetcd throws, in one place. */
final class JetcdFailures {
    /** etcd answers the first to a wrong password, the second to a certificate that belongs to no user. */
    private static final Set<String> AUTHENTICATION =
            Set.of("authentication failed, invalid user ID or password", "user name is empty");

    private static final String PERMISSION = "permission denied";
    private static final String NO_LEASE = "requested lease not found";

    private final FleetSettings settings;

    JetcdFailures(FleetSettings settings) {
        this.settings = settings;
    }

    /** To be thrown. */
    RuntimeException of(Throwable failure) {
        String said = said(failure);
        if (isLeaseGone(failure, said)) {
            return new JetcdEtcd.LeaseGone(failure);
        }
        if (AUTHENTICATION.stream().anyMatch(said::contains)) {
            return new FleetRefused("etcd refuses this broker's user: " + said
                    + "; correct state.shared.etcd.username and password, or the certificate's common name");
        }
        if (said.contains(PERMISSION)) {
            return new FleetRefused("etcd denies this broker's user the keys below " + settings.prefix()
                    + "/: grant its role readwrite on that prefix");
        }
        if (isUntrusted(failure)) {
            return new FleetRefused(
                    "the certificate of etcd is not issued by what state.shared.etcd.ca-file holds, or is"
                            + " not for the endpoint's name: correct ca-file, or the endpoints");
        }
        return new EtcdUnavailable("etcd does not answer usefully: " + said, failure);
    }

    private static boolean isLeaseGone(Throwable failure, String said) {
        return said.contains(NO_LEASE)
                || (failure instanceof EtcdException e && e.getErrorCode() == ErrorCode.NOT_FOUND);
    }

    private static boolean isUntrusted(Throwable failure) {
        boolean isHandshake = false;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CertificateException) {
                return true;
            }
            isHandshake |= at instanceof SSLHandshakeException;
        }
        return isHandshake;
    }

    /** One line. What etcd says names a key or a user at most, never a value. */
    private static String said(Throwable failure) {
        String message = Status.fromThrowable(failure).getDescription();
        if (message == null) {
            message = failure.getMessage();
        }
        String text = message == null ? failure.getClass().getSimpleName() : message;
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).replace("etcdserver: ", "");
    }
}
