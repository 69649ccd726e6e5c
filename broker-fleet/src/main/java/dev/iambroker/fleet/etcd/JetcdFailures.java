package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetSettings;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import java.security.cert.CertificateException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Classifies what jetcd throws, in one place. */
final class JetcdFailures {
    /** etcd answers the first to a wrong password, the second to a certificate that belongs to no user. */
    private static final Set<String> AUTHENTICATION =
            Set.of("authentication failed, invalid user ID or password", "user name is empty");

    private static final String BY_ETCD = "etcdserver: ";
    private static final String NO_USERS = "authentication is not enabled";
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
        if (said.contains(NO_USERS)) {
            return new FleetRefused("etcd knows no users, as its authentication is not enabled: leave out"
                    + " state.shared.etcd.username and password, or enable it");
        }
        if (said.contains(PERMISSION)) {
            return new FleetRefused("etcd denies this broker's user the keys below " + settings.prefix()
                    + "/: grant its role readwrite on that prefix; or there is no such user, or it has no role ("
                    + user() + ")");
        }
        if (isUntrusted(failure)) {
            return new FleetRefused(
                    "the certificate of etcd is not issued by what state.shared.etcd.ca-file holds, or is"
                            + " not for the endpoint's name: correct ca-file, or the endpoints");
        }
        if (isNotTrusted(failure)) {
            return new FleetRefused(
                    settings.certFile() == null
                            ? "etcd asks for a client certificate, and none is configured: set cert-file and key-file of"
                                    + " state.shared.etcd"
                            : "etcd does not accept this broker's certificate: state.shared.etcd needs cert-file and"
                                    + " key-file of a certificate for clients, issued by what etcd's --trusted-ca-file"
                                    + " holds; and the key has to be that of the certificate");
        }
        return new EtcdUnavailable("etcd does not answer usefully: " + said, failure);
    }

    private String user() {
        return settings.username() == null
                ? "the user is the certificate's common name"
                : "user \"" + settings.username() + "\"";
    }

    private static boolean isLeaseGone(Throwable failure, String said) {
        return said.contains(NO_LEASE)
                || (failure instanceof EtcdException e && e.getErrorCode() == ErrorCode.NOT_FOUND);
    }

    private static boolean isUntrusted(Throwable failure) {
        return chain(failure).anyMatch(CertificateException.class::isInstance);
    }

    /** etcd says so by an alert, before or after the handshake is complete for this side. */
    private static boolean isNotTrusted(Throwable failure) {
        return chain(failure)
                .anyMatch(at -> at instanceof SSLException
                        && String.valueOf(at.getMessage()).contains("fatal alert"));
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    /** Why a connection failed, and to which endpoint, is what the others wrap. */
    private static String deepest(Throwable failure) {
        return chain(failure)
                .map(Throwable::getMessage)
                .filter(Objects::nonNull)
                .reduce((outer, inner) -> inner)
                .orElse(failure.getClass().getSimpleName());
    }

    /** One line. What etcd says names a key or a user at most, never a value; it may be the cause of what jetcd says. */
    private static String said(Throwable failure) {
        String text = chain(failure)
                .map(at -> String.valueOf(at.getMessage()))
                .filter(message -> message.contains(BY_ETCD))
                .findFirst()
                .orElseGet(() -> deepest(failure));
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).replace(BY_ETCD, "");
    }
}
