package dev.iambroker.server.iam;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.EnumSet;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says what went wrong on the way, to follow "SERVICE at HOST". Decided by the failures' types: their texts can quote
 * the other side. First match wins, so the particular stands before the general.
 */
enum TransportPhrase {
    OVERSIZE(
            BoundedBody.OversizeAnswer.class,
            "answered more than any true answer holds; check the configured endpoint"),
    TOO_LATE(TimelyBody.TooLate.class, "was not asked: the time for it was over before the request was written"),
    CONNECT_TIMEOUT(HttpConnectTimeoutException.class, "could not be connected to in time"),
    UNRESOLVED(UnresolvedAddressException.class, "has no address: its name cannot be resolved"),
    UNKNOWN_HOST(UnknownHostException.class, "has no address: its name cannot be resolved"),
    NO_ROUTE(NoRouteToHostException.class, "cannot be reached: no route to the host"),
    EXPIRED(CertificateExpiredException.class, "failed TLS: its certificate has expired"),
    NOT_YET_VALID(
            CertificateNotYetValidException.class, "failed TLS: its certificate is not valid yet; check the clock"),
    UNTRUSTED(
            CertPathBuilderException.class,
            "failed TLS: certificate not trusted; if it should be, add its CA under endpoints.ca-file"),
    INVALID_PATH(
            CertPathValidatorException.class,
            "failed TLS: certificate not trusted; if it should be, add its CA under endpoints.ca-file"),
    OTHER_NAME(CertificateException.class, "failed TLS: its certificate is for another host"),
    TLS(SSLException.class, "failed the TLS handshake"),
    REFUSED(ConnectException.class, "refused the connection"),
    NOT_HTTP(ProtocolException.class, "did not answer in HTTP"),
    CUT_OFF(EOFException.class, "closed the connection before the answer was whole"),
    BROKEN(Throwable.class, "broke off the exchange");

    /** There was no connection, or none that was trusted with a whole request. */
    private static final Set<TransportPhrase> NOTHING_SENT = EnumSet.of(
            TOO_LATE,
            CONNECT_TIMEOUT,
            UNRESOLVED,
            UNKNOWN_HOST,
            NO_ROUTE,
            EXPIRED,
            NOT_YET_VALID,
            UNTRUSTED,
            INVALID_PATH,
            OTHER_NAME,
            REFUSED);

    private static final int MAX_CAUSES = 10;

    private final Class<? extends Throwable> type;
    private final String text;

    TransportPhrase(Class<? extends Throwable> type, String text) {
        this.type = type;
        this.text = text;
    }

    static ExchangeFailure of(Throwable failure) {
        if (isReset(failure)) {
            return new ExchangeFailure("reset the connection");
        }
        for (TransportPhrase phrase : values()) {
            if (phrase.matches(failure)) {
                return new ExchangeFailure(phrase.text, !NOTHING_SENT.contains(phrase));
            }
        }
        return new ExchangeFailure(BROKEN.text);
    }

    private boolean matches(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            if (type.isInstance(at)) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    /** A reset has no type of its own; these are the texts of the JDK, which hold nothing of the other side. */
    private static boolean isReset(@Nullable Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            String text = at.getMessage();
            if ("Connection reset".equals(text) || "Connection reset by peer".equals(text)) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }
}
