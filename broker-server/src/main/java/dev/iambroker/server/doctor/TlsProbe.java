package dev.iambroker.server.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Connects to the API server and has it prove who it is. */
final class TlsProbe {
    private static final int PATIENCE_MILLIS = 5_000;

    private final ClusterAccess access;

    TlsProbe(ClusterAccess access) {
        this.access = access;
    }

    Finding look(InetAddress address) {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, access.port()), PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            return shakeHands(plain);
        } catch (SocketTimeoutException e) {
            return unreachable("does not answer within " + PATIENCE_MILLIS / 1000 + " s");
        } catch (SSLException e) {
            return untrusted(e);
        } catch (GeneralSecurityException e) {
            return Finding.broken(
                    Step.TLS,
                    "the certificate authority of the cluster cannot be read: " + e.getMessage(),
                    "write the kubeconfig anew with 'iam-broker kubeconfig " + access.account() + " " + access.cluster()
                            + "'");
        } catch (IOException e) {
            return unreachable("cannot be reached (" + e.getMessage() + ")");
        }
    }

    private Finding shakeHands(Socket plain) throws IOException, GeneralSecurityException {
        var factory = ClusterTrust.of(access.authorityPem()).getSocketFactory();
        try (SSLSocket socket = (SSLSocket) factory.createSocket(plain, access.host(), access.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return Finding.ok(
                    Step.TLS,
                    socket.getSession().getProtocol() + ", a certificate by "
                            + (access.authorityPem() == null ? "a public authority" : "the cluster's authority")
                            + " until " + certificate.getNotAfter().toInstant());
        }
    }

    private Finding unreachable(String how) {
        boolean isPrivate = access.host().contains("private");
        return Finding.broken(
                Step.TLS,
                access.host() + ":" + access.port() + " " + how,
                isPrivate
                        ? "a private address is reached from IBM Cloud's private network or a VPN only: connect to that, or"
                                + " take --endpoint public"
                        : "check the network, a proxy or firewall in between, and that the cluster is running");
    }

    private Finding untrusted(SSLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return Finding.broken(
                        Step.TLS,
                        "its certificate is not valid today: " + cause.getMessage(),
                        "check this machine's clock; if that is right, the cluster's master has to be refreshed");
            }
            if (cause instanceof CertPathBuilderException) {
                return Finding.broken(
                        Step.TLS,
                        "its certificate is not by the "
                                + (access.authorityPem() == null
                                        ? "authorities that this machine trusts"
                                        : "cluster's authority"),
                        "if no proxy answers in its place, the cluster's authority was renewed: write the kubeconfig"
                                + " anew with 'iam-broker kubeconfig " + access.account() + " " + access.cluster()
                                + "'");
            }
        }
        boolean isName = failure.getCause() instanceof CertificateException;
        return Finding.broken(
                Step.TLS,
                (isName ? "its certificate is for another name: " : "the handshake failed: ") + failure.getMessage(),
                "check that " + access.host() + " leads to the cluster and not to a proxy");
    }
}
