package dev.iambroker.emulator.cloud;

/** A well-formed request that a service refuses, with the status, code and type of its documentation. */
final class CloudFailure extends RuntimeException {
    private final int status;
    private final String code;
    private final String type;

    CloudFailure(int status, String code, String type, String description) {
        super(description);
        this.status = status;
        this.code = code;
        this.type = type;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String type() {
        return type;
    }

    String description() {
        return String.valueOf(getMessage());
    }
}
