package dev.iambroker.server.store;

import dev.iambroker.secret.Secret;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Any bytes are a keyring or none; a slot that was changed opens nothing, and no slot costs more than a start affords. */
public final class KeyringFuzz {
    private static final PresentedKey KEY = PresentedKey.ofRaw(Secret.of("0".repeat(64)), "test");
    private static final SecretKey DATA_KEY = new SecretKeySpec(new byte[AesGcm.KEY_BYTES], AesGcm.ALGORITHM);
    private static final KeySlot AUTHENTIC = KeySlot.wrap(KEY, DATA_KEY, new SecureRandom());

    private KeyringFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Keyring keyring = Keyring.parse(data);
        if (keyring == null) {
            return;
        }
        if (!keyring.equals(Keyring.parse(keyring.content()))) {
            throw new AssertionError("another keyring after it was written");
        }
        keyring.slots().forEach(KeyringFuzz::checkForeign);
        checkMixed(keyring.slots());
    }

    private static void checkForeign(KeySlot slot) {
        Argon2Cost cost = slot.cost();
        if (cost != null && !cost.isSane()) {
            throw new AssertionError("no start affords " + cost);
        }
        if (slot.unwrap(KEY) != null) {
            throw new AssertionError("opened by a key that did not wrap it");
        }
    }

    /** An authentic slot with one part from elsewhere. */
    private static void checkMixed(List<KeySlot> slots) {
        KeySlot foreign = slots.getFirst();
        List<KeySlot> mixed = Arrays.asList(
                with(foreign.salt(), AUTHENTIC.nonce(), AUTHENTIC.wrapped()),
                with(AUTHENTIC.salt(), foreign.nonce(), AUTHENTIC.wrapped()),
                with(AUTHENTIC.salt(), AUTHENTIC.nonce(), foreign.wrapped()));
        for (KeySlot slot : mixed) {
            if (slot.unwrap(KEY) != null) {
                throw new AssertionError("a changed slot opens");
            }
        }
        if (!Objects.equals(AUTHENTIC.unwrap(KEY), DATA_KEY)) {
            throw new AssertionError("an authentic slot does not open");
        }
    }

    private static KeySlot with(String salt, String nonce, String wrapped) {
        return new KeySlot(KeySlot.Kind.HKDF_SHA256, salt, null, nonce, wrapped);
    }
}
