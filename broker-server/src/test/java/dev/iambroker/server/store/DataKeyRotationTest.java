package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.store.FaultyFileOps.Crash;
import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another data key: what was sealed opens, what the old one seals no longer does, whenever the power goes. */
final class DataKeyRotationTest {
    private static final List<AccountName> ACCOUNTS =
            List.of(new AccountName("a"), new AccountName("b"), new AccountName("c"));
    private static final WrappingKey KEY = Keys.raw("one", "the first key of the store");
    private static final WrappingKey OTHER = Keys.raw("two", "the second key of the store");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path temp;

    @Test
    void rotate_sessions_areSealedAnewUnderANewKeyThatEveryConfiguredKeyOpens() throws IOException {
        Path dir = filled("state");
        byte[] before = Files.readAllBytes(dir.resolve("sessions/a.session"));
        byte[] mac;
        try (var store = open(dir, KEY, OTHER)) {
            mac = store.auditVault().mac("record".getBytes(UTF_8));
            store.auditVault().saveHead("head".getBytes(UTF_8));
            store.auditVault().saveMark("mark".getBytes(UTF_8));
        }

        var outcome = DataKeyRotation.rotate(dir, List.of(KEY, OTHER), FileOps.posix(), RANDOM);

        assertThat(outcome).isEqualTo(new DataKeyRotation.Outcome(3, List.of()));
        for (List<WrappingKey> keys : List.of(List.of(KEY, OTHER), List.of(OTHER))) {
            try (var store = open(dir, keys.toArray(new WrappingKey[0]))) {
                assertHoldsAll(store);
                assertThat(store.auditVault().mac("record".getBytes(UTF_8))).isEqualTo(mac);
                assertThat(store.auditVault().head()).isEqualTo("head".getBytes(UTF_8));
                assertThat(store.auditVault().mark()).isEqualTo("mark".getBytes(UTF_8));
            }
        }
        assertThat(Files.readString(dir.resolve("keyring"))).doesNotContain("previous");
        Files.write(dir.resolve("sessions/a.session"), before);
        try (var store = open(dir, OTHER)) {
            assertThat(store.load(ACCOUNTS.getFirst())).isNull();
        }
    }

    /** Every operation on the disk is one at which the power may go. */
    @Test
    void rotate_powerLostAtAnyOperation_everySessionOpensAndTheNextStartEndsIt() throws IOException {
        int crashes = 0;
        for (int operation = 0; operation < 200; operation++) {
            Path dir = filled("crash-" + operation);
            int[] left = {operation};
            var ops = new FaultyFileOps((point, file) -> {
                if (left[0]-- == 0) {
                    throw new Crash("at " + point);
                }
            });
            try {
                DataKeyRotation.rotate(dir, List.of(KEY), ops, RANDOM);
                break;
            } catch (Crash e) {
                crashes++;
                ops.losePower(new Random(operation));
            }
            try (var store = open(dir, KEY)) {
                assertHoldsAll(store);
            }
            assertThat(Files.readString(dir.resolve("keyring"))).doesNotContain("previous");
            try (var store = open(dir, KEY)) {
                assertHoldsAll(store);
            }
        }
        assertThat(crashes).isGreaterThan(5 * ACCOUNTS.size());
    }

    @Test
    void rotate_diskFails_saysSoAndEverySessionOpens() throws IOException {
        Path dir = filled("state");
        var ops = new FaultyFileOps((point, file) -> {
            if (point == FaultyFileOps.CrashPoint.AFTER_RENAME && file.endsWith("b.session")) {
                throw new IOException("No space left on device");
            }
        });
        assertThatThrownBy(() -> DataKeyRotation.rotate(dir, List.of(KEY), ops, RANDOM))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("b.session");
        try (var store = open(dir, KEY)) {
            assertHoldsAll(store);
        }
    }

    @Test
    void rotate_oneKeyUnreadable_refusesAndChangesNothing() throws IOException {
        Path dir = filled("state");
        byte[] before = Files.readAllBytes(dir.resolve("keyring"));
        assertThatThrownBy(() ->
                        DataKeyRotation.rotate(dir, List.of(KEY, Keys.unreadable("gone")), FileOps.posix(), RANDOM))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("file /etc/keys/gone");
        assertThat(Files.readAllBytes(dir.resolve("keyring"))).isEqualTo(before);
    }

    @Test
    void rotate_whileABrokerHoldsTheDirectory_isRefused() throws IOException {
        Path dir = filled("state");
        try (var store = open(dir, KEY)) {
            assertThatThrownBy(() -> DataKeyRotation.rotate(dir, List.of(KEY), FileOps.posix(), RANDOM))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("is in use by another iam-broker");
            assertHoldsAll(store);
        }
    }

    @Test
    void rotate_fileThatNoKeyOpens_isLeftAndNamed() throws IOException {
        Path dir = filled("state");
        byte[] damaged = Files.readAllBytes(dir.resolve("sessions/b.session"));
        damaged[damaged.length - 1] ^= 1;
        Files.write(dir.resolve("sessions/b.session"), damaged);
        var outcome = DataKeyRotation.rotate(dir, List.of(KEY), FileOps.posix(), RANDOM);
        assertThat(outcome.sealed()).isEqualTo(2);
        assertThat(outcome.unreadable()).singleElement().asString().startsWith("b.session: ");
        assertThat(Files.readAllBytes(dir.resolve("sessions/b.session"))).isEqualTo(damaged);
    }

    /** A newer broker was here: its sessions are not this one's to lose. */
    @Test
    void rotate_sessionOfANewerFormat_isRefusedAndChangesNothing() throws IOException {
        Path dir = filled("state");
        Path newer = dir.resolve("sessions/b.session");
        byte[] content = Files.readAllBytes(newer);
        content["iam-broker\n".length()] = 2;
        for (Path place : List.of(newer, dir.resolve("sessions/b.session.damaged-1"))) {
            Files.deleteIfExists(newer);
            Files.write(place, content);
            byte[] before = Files.readAllBytes(dir.resolve("keyring"));
            assertThatThrownBy(() -> rotate(dir))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessage("sessions/" + place.getFileName() + " has a format that this broker does not know: it"
                            + " would never open again, so run 'store rotate' of the broker that wrote it, or remove the"
                            + " file if its login is not needed; nothing was changed");
            assertThat(Files.readAllBytes(dir.resolve("keyring"))).isEqualTo(before);
            assertThat(Files.readAllBytes(place)).isEqualTo(content);
            Files.delete(place);
        }
        assertThat(rotate(dir).sealed()).isEqualTo(2);
    }

    /** Sealed as this broker does, with something in it that it does not know. */
    @Test
    void rotate_sealedContentOfANewerBroker_isRefusedToo() throws IOException {
        Path dir = filled("state");
        Files.write(dir.resolve("sessions/b.session"), strange(dir));
        assertThatThrownBy(() -> rotate(dir)).isInstanceOf(StoreFailure.class).hasMessageContaining("b.session");
    }

    private static byte[] strange(Path dir) throws IOException {
        PresentedKey key = PresentedKey.ofRaw(Secret.of("the first key of the store"), "test");
        Keyring keyring = Objects.requireNonNull(Keyring.parse(Files.readAllBytes(dir.resolve("keyring"))));
        SecretKey data = Objects.requireNonNull(keyring.slots().getFirst().unwrap(key));
        return new SealedSession(data, null, RANDOM).seal(ACCOUNTS.get(1), "{\"v\":9}".getBytes(UTF_8));
    }

    /** A rotation that was cut off before it came to a session which this broker does not know. */
    @Test
    void open_rotationCutOffBeforeASessionOfANewerFormat_keepsTheKeyThatItNeeds() throws IOException {
        Path dir = filled("state");
        byte[] readable = Files.readAllBytes(dir.resolve("sessions/b.session"));
        byte[] newer = readable.clone();
        newer["iam-broker\n".length()] = 2;
        var ops = new FaultyFileOps(FaultyFileOps.crashAt(FaultyFileOps.CrashPoint.AFTER_RENAME, "a.session"));
        assertThatThrownBy(() -> DataKeyRotation.rotate(dir, List.of(KEY), ops, RANDOM))
                .isInstanceOf(Crash.class);
        Files.write(dir.resolve("sessions/b.session"), newer);
        open(dir, KEY).close();
        assertThat(dir.resolve("keyring")).content().contains("previous");
        assertThatThrownBy(() -> rotate(dir)).isInstanceOf(StoreFailure.class).hasMessageContaining("b.session");
        Files.write(dir.resolve("sessions/b.session"), readable);
        try (var store = open(dir, KEY)) {
            assertHoldsAll(store);
        }
        assertThat(dir.resolve("keyring")).content().doesNotContain("previous");
    }

    private static DataKeyRotation.Outcome rotate(Path dir) {
        return DataKeyRotation.rotate(dir, List.of(KEY), FileOps.posix(), RANDOM);
    }

    @Test
    void auditVault_headChangedOrOfAnotherStore_isRefusedByName() throws IOException {
        Path dir = filled("state");
        Path other = filled("other");
        try (var store = open(dir, KEY);
                var foreign = open(other, KEY)) {
            AuditVault vault = store.auditVault();
            assertThat(vault.head()).isNull();
            vault.saveHead("head".getBytes(UTF_8));
            foreign.auditVault().saveHead("head".getBytes(UTF_8));
            assertThat(vault.mac(new byte[1])).isNotEqualTo(foreign.auditVault().mac(new byte[1]));
            Path file = dir.resolve("audit.head");
            byte[] good = Files.readAllBytes(file);
            assertThat(new String(good, UTF_8)).doesNotContain("\nhead");
            for (int at = 0; at < good.length; at++) {
                byte[] bad = good.clone();
                bad[at] ^= 4;
                Files.write(file, bad);
                assertThatThrownBy(vault::head).isInstanceOf(StoreFailure.class).hasMessageContaining("audit.head");
            }
            Files.write(file, Arrays.copyOf(good, 20));
            assertThatThrownBy(vault::head).isInstanceOf(StoreFailure.class);
            Files.copy(other.resolve("audit.head"), file, StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(vault::head).isInstanceOf(StoreFailure.class);
        }
    }

    /** The audit log is proved by the configured keys alone, and each of them does. */
    @Test
    void auditVault_keysRotated_provesTheSame() throws IOException {
        Path dir = temp.resolve("state");
        byte[] record = "record".getBytes(UTF_8);
        byte[] mac;
        try (var store = open(dir)) {
            mac = store.auditVault().mac(record);
        }
        for (List<WrappingKey> keys : List.of(
                List.of(KEY),
                List.of(KEY, OTHER),
                List.of(OTHER),
                List.of(Keys.passphrase("p", "correct horse"), OTHER))) {
            try (var store = open(dir, keys.toArray(new WrappingKey[0]))) {
                assertThat(store.auditVault().mac(record)).isEqualTo(mac);
            }
        }
        assertThat(Files.readString(dir.resolve("keyring"))).contains("\"audit\"");
    }

    /** One that an older broker wrote has no key for the audit log. */
    @Test
    void auditVault_keyringOfAnOlderBroker_gainsAKeyThatStays() throws IOException {
        Path dir = filled("state");
        OlderKeyring.put(dir, "the first key of the store", false);
        assertThat(dir.resolve("keyring")).content().doesNotContain("audit");
        byte[] mac;
        try (var store = open(dir, KEY)) {
            assertHoldsAll(store);
            mac = store.auditVault().mac(new byte[1]);
        }
        try (var store = open(dir, KEY)) {
            assertThat(store.auditVault().mac(new byte[1])).isEqualTo(mac);
        }
    }

    private Path filled(String name) {
        Path dir = temp.resolve(name);
        try (var store = open(dir, KEY)) {
            for (AccountName account : ACCOUNTS) {
                store.save(account, Sessions.withRefreshToken("of-" + account));
            }
        }
        return dir;
    }

    private static void assertHoldsAll(EncryptedFileStore store) {
        for (AccountName account : ACCOUNTS) {
            assertThat(Sessions.clear(store.load(account))).contains("'of-" + account + "'");
        }
    }

    private static EncryptedFileStore open(Path dir, WrappingKey... keys) {
        return EncryptedFileStore.open(dir, List.of(keys), FileOps.posix(), RANDOM);
    }
}
