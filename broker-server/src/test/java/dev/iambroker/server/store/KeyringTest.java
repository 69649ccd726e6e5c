package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyringTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final WrappingKey OLD = Keys.raw("old", "the old key of the store");
    private static final WrappingKey NEW = Keys.raw("new", "the new key of the store");
    private static final WrappingKey PHRASE = Keys.passphrase("phrase", "correct horse");

    @TempDir
    private Path temp;

    @Test
    void open_noKeyConfigured_generatesOneAndSaysSo() {
        try (var store = open()) {
            assertThat(store.isOnlyAsSafeAsItsDirectory()).isTrue();
            assertThat(dir().resolve("state.key")).exists();
        }
        try (var store = openWith(Path.of("configured"), OLD)) {
            assertThat(store.isOnlyAsSafeAsItsDirectory()).isFalse();
            assertThat(temp.resolve("configured/state.key")).doesNotExist();
        }
    }

    @Test
    void open_wrongKey_refusesAndChangesNothing() throws IOException {
        saveWith(OLD);
        Map<String, String> before = contents();
        assertThatThrownBy(() -> open(NEW, Keys.passphrase("p", "wrong")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContainingAll(
                        dir().resolve("keyring").toString(), "file /etc/keys/new", "nothing was changed")
                .hasMessageNotContaining("the new key");
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class);
        assertThat(contents()).isEqualTo(before);
        assertHolds(OLD);
    }

    @Test
    void open_keyringMissingOverSessions_refusesAndMakesNoNewOne() throws IOException {
        saveWith(OLD);
        Files.delete(dir().resolve("keyring"));
        Map<String, String> before = contents();
        assertThatThrownBy(() -> open(OLD))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("is missing but there are sessions");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void open_generatedKeyMissing_refusesAndMakesNoNewOne() throws IOException {
        saveWith();
        Files.delete(dir().resolve("state.key"));
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class);
        assertThat(dir().resolve("state.key")).doesNotExist();
    }

    @Test
    void open_damagedKeyring_refusesAndChangesNothing() throws IOException {
        saveWith(OLD);
        byte[] good = Files.readAllBytes(dir().resolve("keyring"));
        for (String bad :
                List.of("", "{}", "null", "{\"format\":2,\"slots\":[]}", new String(good, 0, good.length - 2, UTF_8))) {
            Files.writeString(dir().resolve("keyring"), bad);
            assertThatThrownBy(() -> open(OLD))
                    .as("%s", bad)
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("damaged");
            assertThat(dir().resolve("keyring")).hasContent(bad);
        }
        Files.write(dir().resolve("keyring"), good);
        assertHolds(OLD);
    }

    @Test
    void open_keyringAskingForAbsurdCost_isRefused() throws IOException {
        saveWith(PHRASE);
        Path keyring = dir().resolve("keyring");
        String text = Files.readString(keyring);
        assertThat(text).contains("\"memory_kib\":19456");
        Files.writeString(keyring, text.replace("\"memory_kib\":19456", "\"memory_kib\":2000000000"));
        assertThatThrownBy(() -> open(PHRASE)).isInstanceOf(StoreFailure.class).hasMessageContaining("damaged");
    }

    @Test
    void open_listGainsAKey_theNewOneAloneOpens() {
        saveWith(OLD);
        assertHolds(OLD, PHRASE);
        assertHolds(PHRASE);
    }

    @Test
    void open_keyLeftTheList_noLongerOpens() {
        saveWith(OLD);
        assertHolds(OLD, NEW);
        assertHolds(NEW);
        assertThatThrownBy(() -> open(OLD)).isInstanceOf(StoreFailure.class);
    }

    @Test
    void open_oneKeyUnreadable_anotherOpensAndNoSlotIsLost() throws IOException {
        saveWith(OLD, NEW);
        Map<String, String> before = contents();
        assertHolds(Keys.unreadable("new"), OLD);
        assertThat(contents()).isEqualTo(before);
        assertHolds(NEW);
    }

    @Test
    void open_onlyUnreadableKeys_refusesWithTheirReasons() {
        saveWith(OLD);
        assertThatThrownBy(() -> open(Keys.unreadable("old")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("cannot read file /etc/keys/old");
    }

    @Test
    void open_firstStartWithUnreadableKey_refuses() {
        assertThatThrownBy(() -> open(OLD, Keys.unreadable("x"))).isInstanceOf(StoreFailure.class);
        assertThat(dir().resolve("keyring")).doesNotExist();
    }

    @Test
    void open_keyConfiguredAfterGeneratedOne_takesItsPlace() {
        saveWith();
        assertHolds(OLD);
        assertThat(dir().resolve("state.key")).doesNotExist();
        assertHolds(OLD);
    }

    @Test
    void open_generatedKeyConfiguredByItsPath_isNotRemoved() throws IOException {
        saveWith();
        String key = Files.readString(dir().resolve("state.key"));
        assertHolds(Keys.raw("same", key));
        assertThat(dir().resolve("state.key")).hasContent(key);
    }

    @Test
    void open_keyInHexadecimalAndBase64_isTheSameKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        saveWith(Keys.raw("hex", HexFormat.of().formatHex(key)));
        assertHolds(Keys.raw("base64", Base64.getEncoder().encodeToString(key)));
        assertHolds(Keys.raw("url", Base64.getUrlEncoder().withoutPadding().encodeToString(key)));
    }

    @Test
    void open_shortKey_isRefusedWithoutQuotingIt() {
        assertThatThrownBy(() -> open(Keys.raw("short", "15 characters!!")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("too short")
                .hasMessageNotContaining("15 characters");
    }

    @Test
    void keyring_content_differsForTheSameKeyEachTime() throws IOException {
        openWith(Path.of("one"), OLD).close();
        openWith(Path.of("two"), OLD).close();
        assertThat(Files.readAllBytes(temp.resolve("one/keyring")))
                .isNotEqualTo(Files.readAllBytes(temp.resolve("two/keyring")));
    }

    private void saveWith(WrappingKey... keys) {
        try (var store = open(keys)) {
            store.save(PROD, Sessions.withRefreshToken("kept"));
        }
    }

    private void assertHolds(WrappingKey... keys) {
        try (var store = open(keys)) {
            assertThat(Sessions.clear(store.load(PROD))).contains("'kept'");
        }
    }

    private EncryptedFileStore open(WrappingKey... keys) {
        return openWith(Path.of("state"), keys);
    }

    private EncryptedFileStore openWith(Path name, WrappingKey... keys) {
        return EncryptedFileStore.open(temp.resolve(name), List.of(keys), FileOps.posix(), new SecureRandom());
    }

    private Path dir() {
        return temp.resolve("state");
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dir())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }
}
