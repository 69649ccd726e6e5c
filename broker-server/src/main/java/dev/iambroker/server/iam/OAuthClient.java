package dev.iambroker.server.iam;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The two public clients of IAM. Their secrets are their names, printed in every page. */
enum OAuthClient {
    /** The command line: its answers carry refresh tokens. */
    BX("bx"),
    /** The clusters: its ID tokens are what their API servers accept. */
    KUBE("kube");

    private final String basic;

    OAuthClient(String name) {
        byte[] pair = (name + ":" + name).getBytes(StandardCharsets.US_ASCII);
        this.basic = "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** The value of the Authorization header, RFC 7617. */
    String basic() {
        return basic;
    }
}
