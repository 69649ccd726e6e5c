package dev.iambroker.emulator.iam;

/** A well-formed request that the token service refuses. */
final class IamFailure extends RuntimeException {
    private final IamError error;

    IamFailure(IamError error, String details) {
        super(details);
        this.error = error;
    }

    IamError error() {
        return error;
    }

    String details() {
        return String.valueOf(getMessage());
    }
}
