package dev.iambroker.server.http;

/** The audit log, for its operator. Every answer is one JSON object. Thread-safe; blocks on a disk. */
public interface AuditTrail {
    /** @param from records before this one need not be there; 1 for all */
    byte[] verify(long from);

    /**
     * Records from the end.
     *
     * @param after only those with a higher number, the first of them; negative for the last ones
     */
    byte[] records(int limit, long after);

    /** @param fingerprint its beginning, in lower-case hexadecimal */
    byte[] holders(String fingerprint);
}
