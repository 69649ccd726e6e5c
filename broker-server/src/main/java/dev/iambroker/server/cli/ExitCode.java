package dev.iambroker.server.cli;

/** What a script learns from the end of a command; the numbers never change. */
public enum ExitCode {
    DONE(0),
    FAILURE(1),
    USAGE(2),
    UNREACHABLE(3),
    LOGIN_REQUIRED(4),
    DENIED(5),
    IAM_UNAVAILABLE(6),
    UNKNOWN_NAME(7);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** The process's exit code. */
    public int number() {
        return number;
    }

    /** The exit code for an answer of the daemon that is not a success. */
    static ExitCode ofStatus(int status) {
        return switch (status) {
            case 400 -> USAGE;
            case 401, 403 -> DENIED;
            case 404 -> UNKNOWN_NAME;
            case 409, 423 -> LOGIN_REQUIRED;
            case 503, 504 -> IAM_UNAVAILABLE;
            default -> FAILURE;
        };
    }
}
