package dev.iambroker.server.http;

/** A well-framed request that is answered with a problem; the connection lives on. */
class RequestRefused extends RuntimeException {
    private final Problem problem;

    RequestRefused(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** A client secret was shown, and it is nobody's. */
    static final class WrongSecret extends RequestRefused {
        WrongSecret(String detail) {
            super(Problem.of(ProblemType.UNAUTHORIZED, detail));
        }
    }

    static RequestRefused badRequest(String detail) {
        return new RequestRefused(Problem.of(ProblemType.BAD_REQUEST, detail));
    }

    final Problem problem() {
        return problem;
    }
}
