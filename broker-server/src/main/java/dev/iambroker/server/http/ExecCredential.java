package dev.iambroker.server.http;

import dev.iambroker.broker.KubeCredential;
import dev.iambroker.secret.Reveals;

/** The answer of a kubectl credential plugin. */
final class ExecCredential {
    private ExecCredential() {}

    @Reveals("the token goes into the answer to a client that the policy permits")
    static Answer answer(ExecApiVersion version, KubeCredential credential) {
        JsonText json = new JsonText()
                .beginObject()
                .member("apiVersion", version.groupVersion())
                .member("kind", "ExecCredential")
                .name("status")
                .beginObject()
                .member("expirationTimestamp", credential.expirationTimestamp())
                .member("token", credential.grant().token().reveal())
                .endObject()
                .endObject();
        return FullAnswer.json(json).notStored();
    }
}
