package dev.iambroker.server.iam;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of {@code java.net.http} that is made when it is first asked for. What it needs of TLS, the platform's trusted
 * certificates among it, is the dearest single step of a start, and a broker with stored tokens serves before it asks IAM
 * for anything. Thread-safe.
 */
final class ClientOnDemand implements Supplier<HttpClient> {
    private final Supplier<HttpClient> making;

    @GuardedBy("this")
    private @Nullable HttpClient made;

    @GuardedBy("this")
    private boolean isShut;

    ClientOnDemand(Supplier<HttpClient> making) {
        this.making = making;
    }

    /** Made at once, to hear now of what keeps it from being made. @throws IllegalArgumentException if {@code making} does */
    static ClientOnDemand madeNow(Supplier<HttpClient> making) {
        HttpClient client = making.get();
        return new ClientOnDemand(() -> client).made();
    }

    private ClientOnDemand made() {
        get();
        return this;
    }

    /** After a shutdown one that refuses whatever it is asked, as one does that was made before. */
    @Override
    public synchronized HttpClient get() {
        HttpClient client = made;
        if (client == null) {
            client = making.get();
            made = client;
            if (isShut) {
                client.shutdown();
            }
        }
        return client;
    }

    /** Lets what is under way end. */
    synchronized void shutdown() {
        isShut = true;
        if (made != null) {
            made.shutdown();
        }
    }

    /** Cuts off what is under way. */
    synchronized void shutdownNow() {
        isShut = true;
        if (made != null) {
            made.shutdownNow();
        }
    }

    /** After a shutdown: whether its connections are closed within {@code patience}. */
    boolean awaitTermination(Duration patience) throws InterruptedException {
        HttpClient client = ifMade();
        return client == null || client.awaitTermination(patience);
    }

    private synchronized @Nullable HttpClient ifMade() {
        return made;
    }
}
