package dev.iambroker.server.iam;

import java.net.ProxySelector;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How every HTTP client of this package behaves.
 *
 * @param userAgent {@code iam-broker/<version>}
 * @param executor runs the clients' callbacks; borrowed
 * @param proxy null for none
 * @param connectTimeout of one TCP connection
 * @param deadline over one whole exchange, body included
 */
public record HttpSettings(
        String userAgent,
        Executor executor,
        @Nullable ProxySelector proxy,
        Duration connectTimeout,
        Duration deadline) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(15);

    /** The same, with a deadline that is no later than {@code limit}. */
    HttpSettings within(Duration limit) {
        Duration sooner = deadline.compareTo(limit) <= 0 ? deadline : limit;
        return new HttpSettings(userAgent, executor, proxy, connectTimeout, sooner);
    }

    /** With the time limits that the broker runs with. */
    public static HttpSettings standard(String version, Executor executor, @Nullable ProxySelector proxy) {
        return new HttpSettings("iam-broker/" + version, executor, proxy, CONNECT_TIMEOUT, DEADLINE);
    }
}
