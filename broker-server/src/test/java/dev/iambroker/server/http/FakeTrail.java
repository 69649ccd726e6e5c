package dev.iambroker.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** An audit log that says what it was asked. */
final class FakeTrail implements AuditTrail {
    @Override
    public byte[] verify(long from) {
        return answer("verify " + from);
    }

    @Override
    public byte[] records(int limit, long after) {
        return answer("records " + limit + " " + after);
    }

    @Override
    public byte[] holders(String fingerprint) {
        return answer("holders " + fingerprint);
    }

    private static byte[] answer(String asked) {
        return ("{\"asked\":\"" + asked + "\"}").getBytes(US_ASCII);
    }
}
