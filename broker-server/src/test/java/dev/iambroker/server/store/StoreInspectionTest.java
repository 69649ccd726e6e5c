package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.store.StoreInspection.Finding;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreInspectionTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final WrappingKey KEY = Keys.raw("one", "the first key of the store");
    private static final WrappingKey OTHER = Keys.raw("two", "the second key of the store");
    private static final WrappingKey PHRASE = Keys.passphrase("phrase", "correct horse");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path temp;

    private Path dir() {
        return temp.resolve("state");
    }

    @Test
    void findings_goodStoreBesideItsBroker_nameEachKeyAndFileAndChangeNothing() throws IOException {
        try (var store = open(KEY, PHRASE)) {
            store.save(PROD, Sessions.withRefreshToken("rt-canary"));
            store.auditVault().saveHead("head".getBytes(UTF_8));
            Map<String, String> before = contents();
            List<Finding> findings = findings(KEY, PHRASE);
            assertThat(findings).allMatch(Finding::isRight);
            assertThat(findings)
                    .extracting(Finding::text)
                    .containsExactly(
                            "keyring: slot 1 (key) opens by file /etc/keys/one",
                            "keyring: slot 2 (passphrase) opens by file /etc/keys/phrase",
                            "sessions/prod.session: opens",
                            "audit.head: opens");
            assertThat(contents()).isEqualTo(before);
        }
    }

    @Test
    void findings_keysOfAnotherTime_saySo() {
        open(KEY, PHRASE).close();
        assertThat(findings(KEY, OTHER))
                .contains(
                        new Finding(
                                true,
                                "keyring: slot 2 (passphrase) opens by no configured key, so the next start drops it"),
                        new Finding(true, "keyring: file /etc/keys/two has no slot yet, the next start adds one"));
        assertThat(findings(OTHER)).contains(new Finding(false, "keyring: no configured key opens it"));
        assertThat(findings(KEY, Keys.unreadable("gone")))
                .contains(new Finding(false, "state key: cannot read file /etc/keys/gone"));
    }

    @Test
    void findings_damage_isNamedFileByFile() throws IOException {
        try (var store = open(KEY)) {
            store.save(PROD, Sessions.withRefreshToken("rt"));
            store.save(new AccountName("dev"), Sessions.withRefreshToken("rt"));
            store.auditVault().saveHead("head".getBytes(UTF_8));
        }
        for (String file : List.of("sessions/prod.session", "audit.head")) {
            byte[] content = Files.readAllBytes(dir().resolve(file));
            content[content.length - 1] ^= 1;
            Files.write(dir().resolve(file), content);
        }
        Files.writeString(dir().resolve("clusters.json"), "{");
        assertThat(findings(KEY).stream().filter(finding -> !finding.isRight()).map(Finding::text))
                .containsExactly(
                        "sessions/prod.session: it was changed, or belongs to another store or account",
                        "audit.head: was changed, is damaged, or belongs to another store",
                        "clusters.json: not readable; the next start looks its clusters up again");
        Files.copy(dir().resolve("sessions/dev.session"), dir().resolve("sessions/copy.session"));
        assertThat(findings(KEY))
                .anyMatch(finding -> finding.text().startsWith("sessions/copy.session: it was changed"));
        Files.writeString(dir().resolve("keyring"), "{}");
        assertThat(findings(KEY)).contains(new Finding(false, "keyring: damaged or of a newer format"));
        Files.delete(dir().resolve("keyring"));
        assertThat(findings(KEY)).contains(new Finding(false, "keyring: there is none"));
    }

    @Test
    void findings_generatedKey_opens() {
        open().close();
        assertThat(findings().getFirst().text())
                .isEqualTo("keyring: slot 1 (key) opens by file " + dir().resolve("state.key"));
    }

    @Test
    void findings_lockedStore_saysSoAndTheAuditLogStaysProvable() {
        byte[] mac;
        try (var store = open(KEY)) {
            mac = store.auditVault().mac(new byte[1]);
            store.lock(Secret.of("a passphrase to lock by"));
        }
        assertThat(findings(KEY)).allMatch(Finding::isRight);
        assertThat(findings(KEY).getFirst().text()).startsWith("keyring: locked by a passphrase");
        var inspection = new StoreInspection(dir(), List.of(KEY), FileOps.posix());
        assertThat(inspection.auditVault().mac(new byte[1])).isEqualTo(mac);
        assertThatThrownBy(() -> DataKeyRotation.rotate(dir(), List.of(KEY), FileOps.posix(), RANDOM))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("the store is locked");
    }

    @Test
    void auditVault_otherKey_isRefusedAndNothingCanBeWritten() {
        open(KEY).close();
        assertThatThrownBy(() -> new StoreInspection(dir(), List.of(OTHER), FileOps.posix()).auditVault())
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("no configured state key opens the key of the audit log");
        var vault = new StoreInspection(dir(), List.of(KEY), FileOps.posix()).auditVault();
        assertThatThrownBy(() -> vault.saveHead(new byte[1])).isInstanceOf(StoreFailure.class);
    }

    private List<Finding> findings(WrappingKey... keys) {
        return new StoreInspection(dir(), List.of(keys), FileOps.posix()).findings();
    }

    private EncryptedFileStore open(WrappingKey... keys) {
        return EncryptedFileStore.open(dir(), List.of(keys), FileOps.posix(), RANDOM);
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dir())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), new String(Files.readAllBytes(file), ISO_8859_1));
            }
        }
        return contents;
    }
}
