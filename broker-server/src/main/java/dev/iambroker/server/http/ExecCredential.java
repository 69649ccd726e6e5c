package dev.iambroker.server.http;

import dev.iambroker.broker.KubeCredential;
import java.nio.charset.StandardCharsets;

/** The answer of a kubectl credential plugin. */
final class ExecCredential {
    private ExecCredential() {}

    static Answer answer(ExecApiVersion version, KubeCredential credential) {
        byte[] before = new JsonText()
                .beginObject()
                .member("apiVersion", version.groupVersion())
                .member("kind", "ExecCredential")
                .name("status")
                .beginObject()
                .member("expirationTimestamp", credential.expirationTimestamp())
                .name("token")
                .openQuote()
                .bytes();
        byte[] after = "\"}}".getBytes(StandardCharsets.US_ASCII);
        return new SecretAnswer(new JsonWithSecret(before, credential.grant().token(), after));
    }
}
