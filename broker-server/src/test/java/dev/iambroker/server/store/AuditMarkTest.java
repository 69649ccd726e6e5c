package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That an audit log was begun cannot be made unsaid by whoever has the state directory and no state key. */
final class AuditMarkTest {
    private static final String RAW = "the configured key of the store";
    private static final WrappingKey KEY = Keys.raw("key", RAW);
    private static final WrappingKey OTHER = Keys.raw("other", "another key of the store");
    private static final AccountName PROD = new AccountName("prod");
    private static final Secret PASSPHRASE = Secret.of("correct horse battery");
    private static final byte[] MARK = "what is known".getBytes(UTF_8);

    @TempDir
    private Path temp;

    private Path dir() {
        return temp.resolve("state");
    }

    private Path keyring() {
        return dir().resolve("keyring");
    }

    private EncryptedFileStore open(WrappingKey... keys) {
        return openIn(dir(), keys);
    }

    private static EncryptedFileStore openIn(Path dir, WrappingKey... keys) {
        return EncryptedFileStore.open(dir, List.of(keys), FileOps.posix(), new SecureRandom());
    }

    private void begin() {
        try (var store = open(KEY)) {
            store.save(PROD, Sessions.withRefreshToken("kept"));
            store.auditVault().saveMark(MARK);
        }
    }

    private byte @Nullable [] mark(WrappingKey... keys) {
        try (var store = open(keys)) {
            return store.auditVault().mark();
        }
    }

    private Keyring parsed() throws IOException {
        return Objects.requireNonNull(Keyring.parse(Files.readAllBytes(keyring())));
    }

    private List<String> wrong() {
        return new StoreInspection(dir(), List.of(KEY), FileOps.posix())
                .findings().stream()
                        .filter(finding -> !finding.isRight())
                        .map(StoreInspection.Finding::text)
                        .toList();
    }

    @Test
    void mark_newStore_isThereAndSaysThatNoLogWasBegun() throws IOException {
        try (var store = open(KEY)) {
            assertThat(store.auditVault().mark()).isNull();
        }
        assertThat(parsed().mark()).isNotNull();
        assertThat(wrong()).isEmpty();
    }

    @Test
    void mark_overRestartsAndOtherKeys_stays() {
        begin();
        assertThat(mark(KEY)).isEqualTo(MARK);
        assertThat(mark(KEY, OTHER)).isEqualTo(MARK);
        assertThat(mark(OTHER)).isEqualTo(MARK);
    }

    @Test
    void mark_savedAgain_writesTheKeyringOnlyWhereItDiffers() throws IOException {
        begin();
        byte[] before = Files.readAllBytes(keyring());
        begin();
        assertThat(Files.readAllBytes(keyring())).isEqualTo(before);
    }

    @Test
    void mark_whileLockedAndAfterUnlock_isKeptAndGoesOn() {
        begin();
        try (var store = open(KEY)) {
            store.lock(PASSPHRASE);
            assertThat(store.auditVault().mark()).isEqualTo(MARK);
            store.auditVault().saveMark("more".getBytes(UTF_8));
        }
        assertThat(wrong()).containsExactly("audit.head: missing, and the keyring says that an audit log was begun");
        try (var store = open(KEY, OTHER)) {
            assertThat(store.isLocked()).isTrue();
            assertThat(store.auditVault().mark()).isEqualTo("more".getBytes(UTF_8));
            assertThat(store.unlock(PASSPHRASE, () -> {})).isTrue();
            assertThat(store.auditVault().mark()).isEqualTo("more".getBytes(UTF_8));
        }
        assertThat(mark(OTHER)).isEqualTo("more".getBytes(UTF_8));
    }

    @Test
    void mark_takenOutOrForged_isMissedAndCountsAsALogBegun() throws IOException {
        begin();
        try (var foreign = openIn(temp.resolve("other"), KEY)) {
            foreign.auditVault().saveMark(MARK);
        }
        AuditMark foreign = Objects.requireNonNull(
                Objects.requireNonNull(Keyring.parse(Files.readAllBytes(temp.resolve("other/keyring"))))
                        .mark());
        AuditMark own = Objects.requireNonNull(parsed().mark());
        Keyring good = parsed();
        for (AuditMark bad : new @Nullable AuditMark[] {
            null, foreign, new AuditMark("", own.sealed()), new AuditMark(own.nonce(), ""), new AuditMark("?", "?")
        }) {
            Files.write(keyring(), good.with(bad).content());
            assertThat(wrong()).contains("keyring: was changed: it no longer says whether an audit log was begun");
            var offline = new StoreInspection(dir(), List.of(KEY), FileOps.posix()).auditVault();
            assertThatThrownBy(offline::mark).isInstanceOf(StoreFailure.class).hasMessageContaining("was changed");
            assertThat(mark(KEY)).isNotNull().isEmpty();
        }
    }

    @Test
    void mark_takenOutWhileTheBrokerRuns_isMissed() throws IOException {
        try (var store = open(KEY)) {
            store.auditVault().saveMark(MARK);
            Files.write(keyring(), parsed().with(null).content());
            assertThatThrownBy(() -> store.auditVault().mark()).isInstanceOf(StoreFailure.class);
            store.auditVault().saveMark(MARK);
            assertThat(store.auditVault().mark()).isEqualTo(MARK);
        }
    }

    @Test
    void mark_takenOutOfALockedStore_isMissedAndCountsAsALogBegun() throws IOException {
        begin();
        try (var store = open(KEY)) {
            store.lock(PASSPHRASE);
        }
        String locked = Files.readString(keyring());
        Files.writeString(keyring(), locked.replaceFirst("\"audit_mark\":\\{[^}]*},", ""));
        assertThat(keyring()).content().doesNotContain("audit_mark");
        assertThat(wrong()).contains("keyring: was changed: it no longer says whether an audit log was begun");
        assertThat(mark(KEY)).isNotNull().isEmpty();
        assertThat(keyring()).content().contains("audit_mark");
    }

    /** Without its audit slots it would be as brokers wrote it before there were any: they are in the seal, and it says so. */
    @Test
    void keyring_strippedOfAllThatIsOfTheAuditLog_isRefused() throws IOException {
        begin();
        Keyring good = parsed();
        Files.write(keyring(), new Keyring(1, good.slots(), null, null, null).content());
        assertThatThrownBy(() -> mark(KEY)).isInstanceOf(StoreFailure.class).hasMessageContaining("damaged");
    }

    @Test
    void mark_keyringOfAnOlderBroker_isWhatTheHeadSays() throws IOException {
        begin();
        OlderKeyring.put(dir(), RAW, true);
        assertThat(wrong()).isEmpty();
        assertThat(mark(KEY)).isNull();
        OlderKeyring.put(dir(), RAW, true);
        Files.writeString(dir().resolve("audit.head"), "of that broker");
        assertThat(mark(KEY)).isNotNull().isEmpty();
        Files.write(keyring(), parsed().with(null).content());
        Files.delete(dir().resolve("audit.head"));
        assertThat(wrong()).isNotEmpty();
        try (var store = open(KEY)) {
            assertThat(Sessions.clear(store.load(PROD))).contains("'kept'");
        }
    }

    @Test
    void saveMark_diskFails_leavesTheKeyringAsItWas() throws IOException {
        begin();
        byte[] before = Files.readAllBytes(keyring());
        var ops = new FaultyFileOps((point, file) -> {
            if (file.endsWith("keyring")) {
                throw new IOException("No space left on device");
            }
        });
        try (var store = EncryptedFileStore.open(dir(), List.of(KEY), ops, new SecureRandom())) {
            assertThatThrownBy(() -> store.auditVault().saveMark("more".getBytes(UTF_8)))
                    .isInstanceOf(StoreFailure.class);
            assertThat(Sessions.clear(store.load(PROD))).contains("'kept'");
        }
        assertThat(mark(KEY)).isIn(MARK, "more".getBytes(UTF_8));
        assertThat(Objects.requireNonNull(Keyring.parse(before)).slots()).isEqualTo(parsed().slots());
    }
}
