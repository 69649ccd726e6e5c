package dev.iambroker.account;

import org.jspecify.annotations.Nullable;

/** The accounts or containers service could not be reached, or refused. The message never quotes a credential. */
public final class ServiceFailure extends RuntimeException {
    private final String message;
    /** Not an HTTP status: the exchange did not get as far as one. */
    public static final int NO_STATUS = 0;

    private final int status;
    private final @Nullable String code;
    private final @Nullable String hint;

    /**
     * @param status the HTTP status, or {@link #NO_STATUS}
     * @param code the service's own code, {@code G0004}
     */
    public ServiceFailure(String message, int status, @Nullable String code) {
        this(message, status, code, null);
    }

    /** @param hint what to do, where trying again later does not help */
    public ServiceFailure(String message, int status, @Nullable String code, @Nullable String hint) {
        super(message);
        this.message = message;
        this.status = status;
        this.code = code;
        this.hint = hint;
    }

    public int status() {
        return status;
    }

    public @Nullable String code() {
        return code;
    }

    public @Nullable String hint() {
        return hint;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }
}
