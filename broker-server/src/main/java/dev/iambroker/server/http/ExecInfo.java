package dev.iambroker.server.http;

import org.jspecify.annotations.Nullable;

/**
 * What KUBERNETES_EXEC_INFO says that matters here. Read leniently: members that mean nothing here are skipped.
 *
 * @param server {@code spec.cluster.server}
 * @param hasCluster whether there is a {@code spec.cluster}
 * @param skipsVerification {@code spec.cluster.insecure-skip-tls-verify}
 */
record ExecInfo(
        ExecApiVersion version,
        boolean hasCluster,
        @Nullable String server,
        boolean skipsVerification) {
    private static final String WHAT = "the body is not the JSON of KUBERNETES_EXEC_INFO";

    /** What holds without the variable. */
    static final ExecInfo NONE = new ExecInfo(ExecApiVersion.V1, false, null, false);

    /** @throws RequestRefused if {@code body} is neither empty nor such JSON, or of another version */
    static ExecInfo parse(byte[] body) {
        if (body.length == 0) {
            return NONE;
        }
        JsonObject info = JsonObject.parse(body, WHAT);
        JsonObject spec = info.object("spec");
        JsonObject cluster = spec == null ? null : spec.object("cluster");
        ExecApiVersion version = version(info.string("apiVersion"));
        if (cluster == null) {
            return new ExecInfo(version, false, null, false);
        }
        return new ExecInfo(version, true, cluster.string("server"), cluster.isTrue("insecure-skip-tls-verify"));
    }

    private static ExecApiVersion version(@Nullable String text) {
        if (text == null) {
            return ExecApiVersion.V1;
        }
        return ExecApiVersion.ofGroupVersion(text)
                .orElseThrow(
                        () -> RequestRefused.badRequest(
                                "apiVersion is neither client.authentication.k8s.io/v1 nor client.authentication.k8s.io/v1beta1"));
    }
}
