package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretWiped;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LockedStoreTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final WrappingKey KEY = Keys.raw("key", "the configured key of the store");
    private static final WrappingKey OTHER_KEY = Keys.raw("other", "the key of another store");
    private static final Secret PASSPHRASE = Secret.of("correct horse battery");

    @TempDir
    private Path temp;

    private EncryptedFileStore open(WrappingKey... keys) {
        return EncryptedFileStore.open(temp.resolve("state"), List.of(keys), FileOps.posix(), new SecureRandom());
    }

    private void lockWithASession() {
        try (var store = open(KEY)) {
            store.save(PROD, Sessions.withRefreshToken("kept"));
            store.lock(PASSPHRASE);
            assertThat(store.isLocked()).isTrue();
        }
    }

    private static void nothing() {}

    private static void assertHoldsSession(EncryptedFileStore store) {
        Secret token = Objects.requireNonNull(store.load(PROD)).refreshToken();
        assertThat(Objects.requireNonNull(token).matches(Secret.of("kept"))).isTrue();
    }

    @Test
    void lock_neitherKeyNorPassphraseAloneOpens() {
        lockWithASession();
        try (var store = open(KEY)) {
            assertThat(store.isLocked()).isTrue();
            assertThatThrownBy(() -> store.load(PROD))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("iam-broker unlock");
            assertThatThrownBy(() -> store.save(PROD, Sessions.withRefreshToken("x")))
                    .isInstanceOf(StoreFailure.class);
            assertThat(store.unlock(Secret.of("incorrect horse"), LockedStoreTest::nothing))
                    .isFalse();
            assertThat(store.isLocked()).isTrue();
        }
        assertThatThrownBy(() -> open(OTHER_KEY).close())
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("no configured state key opens");
        try (var store = open(KEY)) {
            assertThat(store.unlock(PASSPHRASE, LockedStoreTest::nothing)).isTrue();
            assertHoldsSession(store);
        }
        try (var store = open(KEY)) {
            assertThat(store.isLocked()).isFalse();
            assertHoldsSession(store);
        }
    }

    @Test
    void tries_untilItIsUnlocked_surviveARestart() {
        lockWithASession();
        Tries three = new Tries(3, Instant.parse("2026-03-01T10:00:00Z"));
        try (var store = open(KEY)) {
            assertThat(store.tries()).isEqualTo(Tries.NONE);
            store.keep(three);
        }
        try (var store = open(KEY)) {
            assertThat(store.tries()).isEqualTo(three);
            assertThat(store.unlock(PASSPHRASE, LockedStoreTest::nothing)).isTrue();
            assertThat(store.tries()).isEqualTo(Tries.NONE);
            assertHoldsSession(store);
            store.lock(PASSPHRASE);
            assertThat(store.tries()).isEqualTo(Tries.NONE);
        }
    }

    /** Dropped alone it would stay in memory until the collector comes, which may take hours. */
    @Test
    void lock_dataKeyInUse_isOverwrittenAtOnce() {
        open(KEY).close();
        var random = new SecureRandom();
        try (var directory = StateDirectory.open(temp.resolve("state"), FileOps.posix(), random)) {
            StoreLock lock = StoreLock.of(directory, List.of(KEY), random);
            SealedSession before = lock.sessions();
            assertThat(before.seal(PROD, new byte[1])).isNotEmpty();
            lock.lock(PASSPHRASE);
            assertThatThrownBy(() -> before.seal(PROD, new byte[1])).isInstanceOf(SecretWiped.class);

            assertThatThrownBy(() -> lock.unlock(PASSPHRASE, () -> {
                        throw new IllegalStateException("nothing can be loaded");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(lock.isLocked()).isTrue();
        }
    }

    @Test
    void lock_keyring_holdsNothingOfTheOneBefore() throws IOException {
        Path keyring = temp.resolve("state/keyring");
        try (var store = open(KEY)) {
            String wrapped = Objects.requireNonNull(Keyring.parse(Files.readAllBytes(keyring)))
                    .slots()
                    .getFirst()
                    .wrapped();
            store.lock(PASSPHRASE);
            assertThat(Files.readString(keyring, ISO_8859_1)).doesNotContain(wrapped);
            assertThat(Keyring.parse(Files.readAllBytes(keyring))).isNull();
            assertThat(Files.getPosixFilePermissions(keyring)).hasSize(2);
        }
    }

    @Test
    void unlock_whatRunsThenFails_staysLocked() {
        lockWithASession();
        try (var store = open(KEY)) {
            assertThatThrownBy(() -> store.unlock(PASSPHRASE, () -> {
                        throw new StoreFailure("of a test");
                    }))
                    .isInstanceOf(StoreFailure.class);
            assertThat(store.isLocked()).isTrue();
        }
        try (var store = open(KEY)) {
            assertThat(store.isLocked()).isTrue();
        }
    }

    @Test
    void unlock_keyringWrittenAnewAndWhatRunsThenFails_staysLockedOnDiskToo() {
        lockWithASession();
        try (var store = open(KEY, OTHER_KEY)) {
            assertThatThrownBy(() -> store.unlock(PASSPHRASE, () -> {
                        throw new StoreFailure("of a test");
                    }))
                    .isInstanceOf(StoreFailure.class);
            assertThat(store.isLocked()).isTrue();
        }
        try (var store = open(KEY)) {
            assertThat(store.isLocked()).isTrue();
            assertThat(store.unlock(PASSPHRASE, LockedStoreTest::nothing)).isTrue();
            assertHoldsSession(store);
        }
    }

    @Test
    void unlock_anotherKeyConfiguredMeanwhile_isGivenItsSlot() {
        lockWithASession();
        try (var store = open(KEY, OTHER_KEY)) {
            assertThat(store.unlock(PASSPHRASE, LockedStoreTest::nothing)).isTrue();
        }
        try (var store = open(OTHER_KEY)) {
            assertHoldsSession(store);
        }
    }

    @Test
    void lock_generatedKey_worksAsWell() {
        try (var store = open()) {
            store.save(PROD, Sessions.withRefreshToken("kept"));
            store.lock(PASSPHRASE);
        }
        try (var store = open()) {
            assertThat(store.isLocked()).isTrue();
            assertThat(store.unlock(PASSPHRASE, LockedStoreTest::nothing)).isTrue();
            assertHoldsSession(store);
        }
    }

    @Test
    void open_damagedLock_refusesAndChangesNothing() throws IOException {
        lockWithASession();
        Path keyring = temp.resolve("state/keyring");
        String good = Files.readString(keyring, ISO_8859_1);
        for (String bad : List.of(
                good.substring(0, good.length() / 2),
                good.replace("\"memory_kib\":19456", "\"memory_kib\":1999999999"),
                good.replace("\"format\":1", "\"format\":2"))) {
            Files.writeString(keyring, bad, ISO_8859_1);
            assertThatThrownBy(() -> open(KEY).close()).isInstanceOf(StoreFailure.class);
            assertThat(Files.readString(keyring, ISO_8859_1)).isEqualTo(bad);
        }
    }

    @Test
    void lock_keyringChangedByOthers_refuses() throws IOException {
        try (var store = open(KEY)) {
            Files.writeString(temp.resolve("state/keyring"), "{}");
            assertThatThrownBy(() -> store.lock(PASSPHRASE)).isInstanceOf(StoreFailure.class);
            assertThat(store.isLocked()).isFalse();
        }
    }
}
