package dev.iambroker.server.http;

/**
 * Bytes that are no HTTP request of ours. Where the next request would begin is unknown, so the connection is closed
 * after the answer. The message never quotes the input.
 */
public final class MalformedRequest extends RuntimeException {
    private final ProblemType type;

    MalformedRequest(ProblemType type, String message) {
        // No stack trace: anybody who can connect can make these at will.
        super(message, null, false, false);
        this.type = type;
    }

    static MalformedRequest because(String message) {
        return new MalformedRequest(ProblemType.MALFORMED, message);
    }

    /** The answer to send before closing. */
    public Answer answer() {
        return Problem.of(type, getMessage()).answer();
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
