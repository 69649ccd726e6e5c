package dev.iambroker.server.config;

/** How one kind of value is read from its text, and shown again. */
interface Scalar<T> {
    /**
     * @param text as the file holds it
     * @param plain whether it stands there without quotes
     */
    T read(String text, boolean plain) throws Unacceptable;

    /** What a good value is, for messages: <i>expected …</i>. */
    String expected();

    /** The value for {@code check-config}: a text, number or boolean. */
    default Object shown(T value) {
        return value.toString();
    }
}
