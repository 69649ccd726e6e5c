package dev.iambroker.it;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

/** Calls a service of IBM Cloud until it is killed, and says each time whether it was answered and by which token. */
final class EndlessService {
    private static final long PAUSE_NANOS = 100_000_000;

    private EndlessService() {}

    public static void main(String[] names) throws Exception {
        AccountsService service = AccountsService.of(names[0]);
        while (true) {
            boolean isServed = service.list().contains("\"resources\"");
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(service.token().getBytes(StandardCharsets.UTF_8));
            System.out.println(isServed + " " + HexFormat.of().formatHex(digest, 0, 6));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
