package dev.iambroker.server.http;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** The first step of VPC's instance metadata service: a session for whoever may speak here. */
record MetadataSessionRoute(String path, MetadataSessions sessions) implements Route {
    private static final Duration UNLESS_SAID = Duration.ofMinutes(5);

    private static final String COMPLAINT = "the body is not {\"expires_in\": SECONDS}, from "
            + MetadataSessions.SHORTEST.toSeconds() + " to " + MetadataSessions.LONGEST.toSeconds();

    @Override
    public RoutePattern pattern() {
        return new RoutePattern("PUT", path);
    }

    @Override
    public List<String> parameters() {
        return Metadata.PARAMETERS;
    }

    @Override
    public Answer now(Call call) {
        Metadata.demandWayIn(call);
        if (!"ibm".equals(call.metadataFlavor())) {
            throw RequestRefused.badRequest("send the header Metadata-Flavor: ibm");
        }
        if (call.bearer() != null) {
            throw RequestRefused.badRequest("a session is opened without an Authorization header");
        }
        MetadataSessions.Opened opened = sessions.open(call.client(), life(call.body()));
        Instant until = opened.from().plus(opened.life());
        return Metadata.answer(
                opened.token(), opened.from(), until, opened.life().toSeconds());
    }

    private static Duration life(byte[] body) {
        if (body.length == 0) {
            return UNLESS_SAID;
        }
        JsonObject json = JsonObject.parse(body, COMPLAINT);
        OptionalLong asked = json.number("expires_in");
        long seconds = asked.orElse(UNLESS_SAID.toSeconds());
        if (seconds < MetadataSessions.SHORTEST.toSeconds() || seconds > MetadataSessions.LONGEST.toSeconds()) {
            throw RequestRefused.badRequest(COMPLAINT);
        }
        return Duration.ofSeconds(seconds);
    }

    @Override
    public Answer answer(Call call) {
        return now(call);
    }
}
