package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.ProcessMemory;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * All memory of a locked daemon, garbage included: the heap holds nothing to log in with, and the passphrase is nowhere.
 * Left out is native memory, where the JDK copied a request to IBM Cloud for its socket: most of that is overwritten when
 * it is freed, and some was seen to stay.
 */
final class LockedMemoryIT {
    private static final String PASSPHRASE = "canary-passphrase-of-a-lock-5d10";

    @Test
    void memory_ofALockedDaemon_holdsNoSecret() throws Exception {
        Needs.root("to read the memory of a process that is closed to others");
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            configure(cloud, place);
            String passcode = cloud.emulator().addPasscode(cloud.user());
            try (Daemon daemon = place.serve()) {
                Map<String, String> secrets = use(place, passcode);
                secrets.put("API key", EmulatedCloud.PROD_API_KEY);
                secrets.put("password", EmulatedCloud.PASSWORD);
                secrets.put("passcode", passcode);
                secrets.put("passphrase", PASSPHRASE);
                secrets.put("any refresh token", "emulated-refresh-");
                // The search finds what is there.
                assertThat(ProcessMemory.found(daemon, secrets))
                        .anyMatch(found -> found.startsWith("API key") && isOnTheHeap(found))
                        .anyMatch(found -> found.startsWith("any refresh token"))
                        .anyMatch(found -> found.startsWith("prod access"));

                assertThat(place.http()
                                .post("/v1/lock", "{\"passphrase\":\"" + PASSPHRASE + "\"}")
                                .body())
                        .isEqualTo("{\"locked\":true}");

                assertThat(ProcessMemory.found(daemon, secrets))
                        .filteredOn(found -> found.startsWith("passphrase") || isOnTheHeap(found))
                        .isEmpty();
                assertThat(place.http()
                                .post("/v1/unlock", "{\"passphrase\":\"" + PASSPHRASE + "\"}")
                                .status())
                        .isEqualTo(200);
                assertThat(place.http().get("/v1/accounts/dev/token").status()).isEqualTo(200);
            }
        }
    }

    /** A heap as small as the daemon's lies below four gigabytes, and native memory far above. */
    private static boolean isOnTheHeap(String found) {
        String address = found.substring(found.indexOf(" at ") + 4, found.indexOf(" of "));
        return Long.parseLong(address, 16) < 1L << 32;
    }

    private static void configure(EmulatedCloud cloud, Workplace place) throws IOException {
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: %1$s }, account-id: %2$s }
                  dev: { passcode: {}, account-id: %3$s }
                  ops: { password: { username: %4$s, password: { file: %5$s } }, account-id: %2$s, uaa: true }
                """.formatted(
                        place.secret("key", EmulatedCloud.PROD_API_KEY),
                        EmulatedCloud.PROD_ACCOUNT,
                        EmulatedCloud.DEV_ACCOUNT,
                        EmulatedCloud.USER,
                        place.secret("password", EmulatedCloud.PASSWORD)));
    }

    /** Every token that was handed out, by its signature. */
    private static Map<String, String> use(Workplace place, String passcode) throws IOException {
        ok(place.http().post("/v1/accounts/dev/login", "{\"passcode\":\"" + passcode + "\"}"));
        Map<String, String> tokens = new TreeMap<>();
        for (String account : List.of("prod", "dev", "ops")) {
            String base = "/v1/accounts/" + account;
            for (String round : List.of("before", "after")) {
                for (String kind : List.of("access", "kube")) {
                    String token =
                            ok(place.http().get(base + "/token?kind=" + kind)).text("access_token");
                    tokens.put(account + " " + kind + " " + round, token.substring(token.lastIndexOf('.') + 1));
                }
                ok(place.http().post(base + "/refresh", ""));
            }
            String cluster = account.equals("dev") ? "dev-vpc" : "prod-vpc";
            ok(place.http().get(base + "/clusters"));
            ok(place.http().get(base + "/clusters/" + cluster + "/kubeconfig"));
            ok(place.http().get(base + "/ibm-accounts"));
        }
        return tokens;
    }

    private static Answer ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer;
    }
}
