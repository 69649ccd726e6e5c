package dev.iambroker.server.http;

import java.util.Collection;

/** There is such a path, but not with this method. */
final class MethodNotAllowed extends RuntimeException {
    private final String allowed;

    MethodNotAllowed(Collection<String> allowed) {
        super("method not allowed", null, false, false);
        this.allowed = String.join(", ", allowed);
    }

    Answer answer() {
        return Problem.of(ProblemType.METHOD_NOT_ALLOWED, "this path takes " + allowed)
                .fullAnswer()
                .with("Allow", allowed);
    }
}
