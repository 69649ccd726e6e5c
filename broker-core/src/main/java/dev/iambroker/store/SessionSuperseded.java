package dev.iambroker.store;

/**
 * A session that is shared was changed by another broker since it was loaded, or has another renewer by now. Nothing was
 * written, and what was to be written is void: it continues a session that is no more.
 */
public final class SessionSuperseded extends StoreFailure {
    public SessionSuperseded(String message) {
        super(message);
    }
}
