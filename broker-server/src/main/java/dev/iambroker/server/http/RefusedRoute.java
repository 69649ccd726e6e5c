package dev.iambroker.server.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route that is there, but not on this socket. */
record RefusedRoute(Route route) implements Route {
    @Override
    public RoutePattern pattern() {
        return route.pattern();
    }

    @Override
    public List<String> parameters() {
        return route.parameters();
    }

    @Override
    public @Nullable Answer now(Call call) {
        throw new RequestRefused(
                Problem.of(ProblemType.DENIED, "a shared socket gives what it was shared for and nothing else"));
    }

    @Override
    public Answer answer(Call call) {
        throw new IllegalStateException("was refused");
    }
}
