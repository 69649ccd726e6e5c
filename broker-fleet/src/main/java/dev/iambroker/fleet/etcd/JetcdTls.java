package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetSettings;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import javax.net.ssl.SSLException;

/** TLS towards etcd, by the platform's own implementation. */
final class JetcdTls {
    private JetcdTls() {}

    static SslContext context(FleetSettings settings) {
        try {
            SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
            if (settings.caFile() != null) {
                builder.trustManager(new File(settings.caFile()));
            }
            if (settings.certFile() != null && settings.keyFile() != null) {
                builder.keyManager(new File(settings.certFile()), new File(settings.keyFile()));
            }
            return builder.build();
        } catch (IllegalArgumentException | SSLException e) {
            throw new FleetRefused("the files of state.shared.etcd cannot be used: " + reason(e)
                    + "; ca-file and cert-file hold PEM certificates, key-file a PKCS #8 private key in PEM");
        }
    }

    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.getClass().getSimpleName() + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
    }
}
