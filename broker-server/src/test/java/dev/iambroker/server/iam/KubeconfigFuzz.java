package dev.iambroker.server.iam;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** What a cluster says of itself, and any kubeconfig or archive of one, is read in bounded time or left aside. */
public final class KubeconfigFuzz {
    /** Many times what the largest input takes, garbage collections and all. */
    private static final long LIMIT_NANOS = Duration.ofSeconds(5).toNanos();

    private KubeconfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        long begun = System.nanoTime();
        String authority = KubeconfigCa.find(data);
        if (authority != null && !authority.contains("-----BEGIN CERTIFICATE-----")) {
            throw new AssertionError("no certificate: " + authority);
        }
        JsonNode json = JsonAnswer.parse(data);
        if (json != null) {
            ClusterJson.of(json);
            ClusterJson.listOf(json);
            ErrorBody.of(json);
        }
        long took = System.nanoTime() - begun;
        if (took > LIMIT_NANOS) {
            throw new AssertionError("took " + TimeUnit.NANOSECONDS.toMillis(took) + " ms");
        }
    }
}
