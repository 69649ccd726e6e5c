package dev.iambroker.credential;

/** The command's end with an exit code other than 0, and the one line that says why. Carries no stack. */
final class Failure extends Exception {

    static final int OTHER = 1;
    static final int USAGE = 2;
    static final int NO_DAEMON = 3;
    static final int UNAVAILABLE = 6;

    private final int exitCode;
    private final transient Line line;

    Failure(int exitCode, Line line) {
        super(null, null, false, false);
        this.exitCode = exitCode;
        this.line = line;
    }

    Failure(int exitCode, String constant) {
        this(exitCode, new Line().add(constant));
    }

    int exitCode() {
        return exitCode;
    }

    Line line() {
        return line;
    }
}
