package dev.iambroker.server.http;

import dev.iambroker.broker.ShareControl;
import dev.iambroker.broker.ShareRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Opens a socket that gives one right. */
record ShareRoute(ShareControl shares) implements Route {
    private static final String TTL = "ttl";
    private static final String USES = "uses";
    private static final String MODE = "mode";

    /** Whoever may connect may read and write; more bits mean nothing on a socket. */
    private static final Map<String, Integer> MODES = Map.of("0600", 0600, "0660", 0660, "0666", 0666);

    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/accounts/{a}/shares");
    }

    @Override
    public List<String> parameters() {
        return List.of(Call.KIND, Call.CLUSTER, TTL, USES, MODE);
    }

    @Override
    public Answer answer(Call call) {
        Query query = call.query();
        Duration ttl = Duration.ofSeconds(
                query.number(TTL, ShareRequest.SHORTEST.toSeconds(), ShareRequest.LONGEST.toSeconds())
                        .orElse(ShareRequest.DEFAULT_TTL.toSeconds()));
        var request =
                new ShareRequest(call.account(), call.kind(), query.get(Call.CLUSTER), ttl, uses(query), mode(query));
        return ShareJson.answer(shares.share(call.client(), request));
    }

    private static @Nullable Long uses(Query query) {
        OptionalLong uses = query.number(USES, 1, ShareRequest.MOST_USES);
        return uses.isEmpty() ? null : uses.getAsLong();
    }

    private static int mode(Query query) {
        String text = query.get(MODE);
        if (text == null) {
            return ShareRequest.DEFAULT_MODE;
        }
        Integer mode = MODES.get(text);
        if (mode == null) {
            throw RequestRefused.badRequest("query parameter mode is none of 0600, 0660, 0666");
        }
        return mode;
    }
}
