package dev.iambroker.server;

import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.iam.SigningKeys;
import java.security.SecureRandom;
import java.time.InstantSource;

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

    @Override
    public void close() {
        emulator.close();
    }
}
