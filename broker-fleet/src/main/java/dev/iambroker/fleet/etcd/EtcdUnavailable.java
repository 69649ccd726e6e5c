package dev.iambroker.fleet.etcd;

/** etcd did not answer in time, or not usefully. A write that was sent may have been done. */
final class EtcdUnavailable extends RuntimeException {
    private final String message;

    EtcdUnavailable(String message) {
        super(message);
        this.message = message;
    }

    EtcdUnavailable(String message, Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
