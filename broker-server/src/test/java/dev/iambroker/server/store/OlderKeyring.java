package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.secret.Secret;
import dev.iambroker.server.store.KeySlot.Holds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import javax.crypto.SecretKey;

/** The keyring of a store as brokers wrote it that kept no mark of the audit log. */
final class OlderKeyring {
    private static final SecureRandom RANDOM = new SecureRandom();

    private OlderKeyring() {}

    /** @param withAudit whether it has a key for the audit log, as the later ones of them had */
    static void put(Path dir, String rawKey, boolean withAudit) throws IOException {
        PresentedKey key = PresentedKey.ofRaw(Secret.of(rawKey), "test");
        Keyring now = Objects.requireNonNull(Keyring.parse(Files.readAllBytes(dir.resolve("keyring"))));
        SecretKey data = Objects.requireNonNull(now.slots().getFirst().unwrap(key, Holds.DATA_KEY));
        SecretKey audit = Objects.requireNonNull(AuditSlots.open(Objects.requireNonNull(now.audit()), List.of(key)));
        List<KeySlot> audits = withAudit ? List.of(slot(key, audit, "iam-broker audit keyring 1")) : null;
        var older = new Keyring(1, List.of(slot(key, data, "iam-broker keyring 1")), audits, null, null);
        Files.write(dir.resolve("keyring"), older.content());
    }

    private static KeySlot slot(PresentedKey key, SecretKey held, String associated) {
        byte[] salt = KeySlot.randomBytes(RANDOM, 16);
        byte[] nonce = KeySlot.randomBytes(RANDOM, AesGcm.NONCE_BYTES);
        byte[] wrapped = AesGcm.seal(key.derive(salt, null), nonce, associated.getBytes(US_ASCII), held.getEncoded());
        return new KeySlot(
                KeySlot.Kind.HKDF_SHA256, KeySlot.encode(salt), null, KeySlot.encode(nonce), KeySlot.encode(wrapped));
    }
}
