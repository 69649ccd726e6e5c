package dev.iambroker.server.iam;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a cluster says of itself, and any kubeconfig or archive of one, is read within a bound of processor time, or left
 * aside.
 */
public final class KubeconfigFuzz {
    /** Many times what the largest input takes. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static {
        // Loads the classes, whose time is not counted.
        read("clusters: [{cluster: {}}]".getBytes(StandardCharsets.UTF_8));
    }

    private KubeconfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        long begun = THREADS.getCurrentThreadCpuTime();
        String authority = read(data);
        long took = THREADS.getCurrentThreadCpuTime() - begun;
        if (authority != null && !authority.contains("-----BEGIN CERTIFICATE-----")) {
            throw new AssertionError("no certificate: " + authority);
        }
        if (took > LIMIT_NANOS) {
            throw new AssertionError("took " + TimeUnit.NANOSECONDS.toMillis(took) + " ms");
        }
    }

    private static @Nullable String read(byte[] data) {
        JsonNode json = JsonAnswer.parse(data);
        if (json != null) {
            ClusterJson.of(json);
            ClusterJson.listOf(json);
            ErrorBody.of(json);
        }
        return KubeconfigCa.find(data);
    }
}
