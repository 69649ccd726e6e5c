package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.record.Departure;

/** The OAuth client that the Authorization header of a token request names. */
public enum Client {
    /** No header: no refresh tokens. */
    NONE("default", ""),
    BX("bx", "Basic Yng6Yng="),
    KUBE("kube", "Basic a3ViZTprdWJl");

    private final String id;
    private final String header;

    Client(String id, String header) {
        this.id = id;
        this.header = header;
    }

    /** As in the {@code client_id} claim. */
    public String id() {
        return id;
    }

    static Client of(HttpRequest request) {
        String sent = request.header("Authorization");
        if (sent == null) {
            return NONE;
        }
        for (Client client : values()) {
            if (client != NONE && client.header.equals(sent)) {
                return client;
            }
        }
        throw Departure.strict("unknown client in Authorization, expected " + BX.header + " or " + KUBE.header);
    }
}
