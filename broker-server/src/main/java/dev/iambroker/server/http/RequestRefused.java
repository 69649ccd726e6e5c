package dev.iambroker.server.http;

/** A well-framed request that is answered with a problem; the connection lives on. */
final class RequestRefused extends RuntimeException {
    private final Problem problem;

    RequestRefused(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    static RequestRefused badRequest(String detail) {
        return new RequestRefused(Problem.of(ProblemType.BAD_REQUEST, detail));
    }

    Problem problem() {
        return problem;
    }
}
