package dev.iambroker.it.harness;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A fleet as one of its members reports it. */
public record FleetView(JsonNode json) {
    private static final int MOST_CHARACTERS = 2_000;

    public static FleetView of(UnixHttp http) throws IOException {
        Answer answer = http.get("/v1/fleet");
        if (answer.status() != 200) {
            throw new IOException("GET /v1/fleet: " + answer.status() + " " + answer.body());
        }
        return new FleetView(answer.json());
    }

    /** The id of the member that reports. */
    public String self() {
        return json.path("self").asString("");
    }

    public boolean isConnected() {
        return json.path("connected").asBoolean(false);
    }

    /** The ids of all members. */
    public List<String> members() {
        return elements("members").map(member -> member.path("id").asString("")).toList();
    }

    /** How many logins each member renews. */
    public List<Integer> shares() {
        return elements("members").map(member -> member.path("renews").asInt(0)).toList();
    }

    /** The id of the member that renews the login of that account; empty while nobody does. */
    public String renewer(String account) {
        return elements("logins")
                .filter(login -> login.path("account").asString("").equals(account))
                .map(login -> login.path("renewer").asString(""))
                .findFirst()
                .orElse("");
    }

    /** The accounts whose login that member renews. */
    public List<String> renewedBy(String member) {
        return elements("logins")
                .filter(login -> login.path("renewer").asString("").equals(member))
                .map(login -> login.path("account").asString(""))
                .toList();
    }

    /** Whether there are logins, and somebody renews each of them. */
    public boolean isClaimed() {
        return elements("logins").findAny().isPresent()
                && elements("logins")
                        .noneMatch(login -> login.path("renewer").asString("").isEmpty());
    }

    /** Of ten thousand logins the beginning. */
    @Override
    public String toString() {
        String all = json.toString();
        return all.length() <= MOST_CHARACTERS ? all : all.substring(0, MOST_CHARACTERS) + "…";
    }

    private Stream<JsonNode> elements(String list) {
        return StreamSupport.stream(json.path(list).spliterator(), false);
    }
}
