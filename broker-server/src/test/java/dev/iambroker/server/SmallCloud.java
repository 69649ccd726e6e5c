package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.iam.SigningKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/**
 * An emulated cloud with an account for each way to log in. Closing it closes the emulator.
 *
 * @param user member of all accounts
 */
record SmallCloud(Emulator emulator, Identity user) implements AutoCloseable {
    static final String KEY_ACCOUNT = "a0000000000000000000000000000001";
    static final String PASSWORD_ACCOUNT = "a0000000000000000000000000000002";
    static final String PASSCODE_ACCOUNT = "a0000000000000000000000000000003";
    static final String USER = "ops@emulated.example";
    static final String PASSWORD = "emulated-password";
    static final String API_KEY = "emulated-api-key";

    static final List<String> ALIASES = List.of("by-key", "by-password", "by-passcode");

    /** Making them takes longer than a test. */
    private static final SigningKeys KEYS = new SigningKeys(new SecureRandom());

    static SmallCloud on(InstantSource clock) {
        Emulator emulator = Emulator.builder().clock(clock).keys(KEYS).start();
        Account byKey = emulator.addAccount(KEY_ACCOUNT, "By key");
        Account byPassword = emulator.addAccount(PASSWORD_ACCOUNT, "By password");
        Account byPasscode = emulator.addAccount(PASSCODE_ACCOUNT, "By passcode");
        Identity user = emulator.addUser(USER, PASSWORD, byKey, byPassword, byPasscode);
        emulator.addApiKey(API_KEY, user, byKey);
        return new SmallCloud(emulator, user);
    }

    /** The accounts of the cloud for a configuration, their secrets in {@code directory}. */
    static String accounts(Path directory) throws IOException {
        Path key = ManualDaemon.secretFile(directory.resolve("key"), API_KEY);
        Path password = ManualDaemon.secretFile(directory.resolve("password"), PASSWORD);
        return """
                by-key: { api-key: { file: %s }, account-id: %s }
                by-password: { password: { username: %s, password: { file: %s } }, account-id: %s }
                by-passcode: { passcode: {}, account-id: %s }
                """.formatted(key, KEY_ACCOUNT, USER, password, PASSWORD_ACCOUNT, PASSCODE_ACCOUNT)
                .indent(2);
    }

    /** The one login that a person makes. */
    void logInByPasscode(UnixCaller caller) throws IOException {
        String passcode = emulator.addPasscode(user);
        UnixCaller.Answer answer = caller.post("/v1/accounts/by-passcode/login", "{\"passcode\":\"" + passcode + "\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    @Override
    public void close() {
        emulator.close();
    }
}
