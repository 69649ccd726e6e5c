package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Verb;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which rule would decide over a client that is described, and why. */
record ExplainRoute(TokenBroker broker) implements Route {
    private static final String UID = "uid";
    private static final String GID = "gid";
    private static final String EXE = "exe";
    private static final String EXE_SHA256 = "exe_sha256";
    private static final String UNIT = "unit";
    private static final String CLIENT = "client";

    /** No group has this number. */
    private static final int NO_GROUP = -1;

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/explain");
    }

    @Override
    public List<String> parameters() {
        return List.of(UID, GID, EXE, EXE_SHA256, UNIT, CLIENT, Call.ACCOUNT, Call.KIND, Call.CLUSTER);
    }

    @Override
    public Answer answer(Call call) {
        Query query = call.query();
        JsonText json = new JsonText();
        ExplainJson.write(
                broker.explain(
                        call.client(),
                        described(query),
                        verb(query),
                        required(query, Call.ACCOUNT),
                        query.get(Call.CLUSTER)),
                json);
        return FullAnswer.json(json);
    }

    private static ClientIdentity described(Query query) {
        String client = query.get(CLIENT);
        return new ClientIdentity(peer(query), client == null ? Set.of() : Set.of(client));
    }

    private static @Nullable Peer peer(Query query) {
        String uid = query.get(UID);
        if (uid == null) {
            if (Stream.of(GID, EXE, EXE_SHA256, UNIT).anyMatch(name -> query.get(name) != null)) {
                throw RequestRefused.badRequest("query parameter uid is missing: a process has one");
            }
            return null;
        }
        List<Integer> groups = groups(query.get(GID));
        int gid = groups.isEmpty() ? NO_GROUP : groups.getFirst();
        var program = new Program(query.get(EXE), query.get(EXE_SHA256), query.get(UNIT), null);
        return new Peer(id(UID, uid), gid, new HashSet<>(groups), 1, 0, program);
    }

    private static List<Integer> groups(@Nullable String numbers) {
        return numbers == null
                ? List.of()
                : List.of(numbers.split(",", -1)).stream()
                        .map(number -> id(GID, number))
                        .toList();
    }

    private static int id(String name, String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw RequestRefused.badRequest("query parameter " + name + " is no number (expected such as 1000"
                    + (name.equals(GID) ? ", several separated by commas)" : ")"));
        }
    }

    private static Verb verb(Query query) {
        return Verb.ofWord(required(query, Call.KIND))
                .orElseThrow(() -> RequestRefused.badRequest(
                        "unknown kind of right: there are access, kube, uaa, list and admin"));
    }

    private static String required(Query query, String name) {
        String value = query.get(name);
        if (value == null) {
            throw RequestRefused.badRequest("query parameter " + name + " is missing");
        }
        return value;
    }
}
