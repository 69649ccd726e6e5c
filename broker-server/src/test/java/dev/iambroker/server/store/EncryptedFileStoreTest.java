package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.account.TokenKind;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

final class EncryptedFileStoreTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final AccountName DEV = new AccountName("dev");
    private static final SealedSession SEALED =
            new SealedSession(new SecretKeySpec(new byte[32], "AES"), null, new SecureRandom());
    private static final int SESSIONS_ON_DISK = 20;
    private static final int SESSIONS_IN_MEMORY = 2_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path temp;

    private Path dir = Path.of("");

    @BeforeEach
    void nameStateDirectory() {
        dir = temp.resolve("deep/state");
    }

    @Test
    void open_directoryOfAnotherUser_isRefusedWhateverItsMode() throws IOException {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can give a file away");
        open().close();
        for (Path foreign : List.of(dir, dir.resolve("sessions"))) {
            Files.setAttribute(foreign, "unix:uid", 65534);
            assertThatThrownBy(() -> open().close())
                    .isInstanceOf(StoreFailure.class)
                    .hasMessage("state directory " + foreign + " belongs to another user (uid 65534) than the daemon's"
                            + " (uid 0) or root: run 'chown -R 0 " + foreign + "'");
            Files.setAttribute(foreign, "unix:uid", 0);
        }
        open().close();
    }

    @Test
    void load_nothingSaved_isNull() {
        try (var store = open()) {
            assertThat(store.load(PROD)).isNull();
        }
    }

    @Test
    void save_randomSessions_comeBackAfterReopening() {
        for (long seed = 0; seed < SESSIONS_ON_DISK; seed++) {
            StoredSession session = Sessions.random(new Random(seed));
            try (var store = open()) {
                store.save(PROD, session);
            }
            try (var store = open()) {
                assertThat(Sessions.clear(store.load(PROD))).as("seed %d", seed).isEqualTo(Sessions.clear(session));
            }
        }
    }

    @Test
    void read_writtenRandomSessions_areTheSame() throws Damaged {
        for (long seed = 0; seed < SESSIONS_IN_MEMORY; seed++) {
            StoredSession session = Sessions.random(new Random(seed));
            StoredSession back =
                    SessionJson.read(SessionJson.write(session, "1")).session();
            assertThat(Sessions.clear(back)).as("seed %d", seed).isEqualTo(Sessions.clear(session));
        }
    }

    @Test
    void read_fieldsAndKindsOfANewerBroker_arePassedOver() throws Damaged {
        String newer = """
                {"login":"api-key","colour":"red","tokens":[
                 {"kind":"quantum","shape":[1]},
                 {"kind":"uaa","value":"v","acquired_at":"2026-01-01T00:00:00Z","life":"PT1H",
                  "expires_at":"2026-01-01T01:00:00Z","smell":null}]}""";
        StoredSession session = SessionJson.read(newer.getBytes(UTF_8)).session();
        assertThat(session.login()).isEqualTo("api-key");
        assertThat(session.tokens())
                .singleElement()
                .satisfies(token -> assertThat(token.kind()).isEqualTo(TokenKind.UAA));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"login\":1}",
                "{\"login\":\"x\",\"refresh_token_expires_at\":\"canary\"}",
                "{\"login\":\"x\",\"tokens\":[{}]}",
                "{\"login\":canary"
            })
    void read_whatIsNoSession_isDamageThatQuotesNothing(String content) {
        assertThatThrownBy(() -> SessionJson.read(content.getBytes(UTF_8)))
                .isInstanceOf(Damaged.class)
                .hasMessageNotContaining("canary")
                .hasNoCause();
    }

    @Test
    void save_anything_leavesOnlyPrivateFilesWithoutClearSecrets() throws IOException {
        try (var store = open(Keys.raw("a", "canary-wrapping-key"), Keys.passphrase("p", "canary-passphrase"))) {
            store.save(PROD, Sessions.withRefreshToken("canary-refresh"));
            store.clusters().save(PROD, List.of());
            assertThat(modeOf(dir)).isEqualTo("rwx------");
            assertThat(modeOf(dir.resolve("sessions"))).isEqualTo("rwx------");
        }
        List<Path> files = filesIn(dir);
        assertThat(files).hasSize(4);
        for (Path file : files) {
            assertThat(modeOf(file)).as("%s", file).isEqualTo("rw-------");
            assertThat(new String(Files.readAllBytes(file), UTF_8))
                    .as("%s", file)
                    .doesNotContain("canary");
        }
    }

    @Test
    void create_newFile_isPrivateBeforeItsFirstByte() throws IOException {
        Set<String> modes = new HashSet<>();
        var ops = new FaultyFileOps((point, file) -> {
            if (point == FaultyFileOps.CrashPoint.AFTER_TEMP_CREATED) {
                modes.add(modeOf(file));
            }
        });
        try (var store = EncryptedFileStore.open(dir, List.of(), ops, RANDOM)) {
            store.save(PROD, Sessions.withRefreshToken("r"));
        }
        assertThat(modes).containsExactly("rw-------");
    }

    @Test
    void save_session_syncsFileThenRenamesThenSyncsDirectory() {
        var ops = new FaultyFileOps((point, file) -> {});
        try (var store = EncryptedFileStore.open(dir, List.of(), ops, RANDOM)) {
            int before = ops.record().size();
            store.save(PROD, Sessions.withRefreshToken("r"));
            assertThat(ops.record().subList(before, ops.record().size()))
                    .containsExactly(
                            "create temp", "write temp", "sync temp", "rename prod.session", "syncDirectory sessions");
        }
    }

    @Test
    void open_everySingleBitFlipped_isDamage() {
        byte[] good = SEALED.seal(PROD, "{}".getBytes(UTF_8));
        for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
            byte[] bad = good.clone();
            bad[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatThrownBy(() -> SEALED.open(PROD, bad)).as("bit %d", bit).isInstanceOf(Damaged.class);
        }
    }

    @Test
    void open_everyTruncationAndExtension_isDamage() {
        byte[] good = SEALED.seal(PROD, "{}".getBytes(UTF_8));
        for (int length = 0; length < good.length + 3; length++) {
            byte[] bad = Arrays.copyOf(good, length);
            if (length != good.length) {
                assertThatThrownBy(() -> SEALED.open(PROD, bad))
                        .as("%d bytes", length)
                        .isInstanceOf(Damaged.class);
            }
        }
    }

    @Test
    void load_damagedInEachPart_keepsItAsideAsItWas() throws IOException {
        try (var store = open()) {
            store.save(PROD, Sessions.withRefreshToken("r"));
            byte[] good = Files.readAllBytes(session("prod"));
            for (int at : List.of(0, 11, 12, 30, good.length - 1)) {
                byte[] bad = good.clone();
                bad[at] ^= 1;
                assertSetAside(store, bad);
            }
            assertSetAside(store, new byte[0]);
            assertSetAside(store, Arrays.copyOf(good, good.length - 1));
        }
    }

    private void assertSetAside(EncryptedFileStore store, byte[] bad) throws IOException {
        Files.write(session("prod"), bad);
        assertThat(store.load(PROD)).isNull();
        Path aside = dir.resolve("sessions/prod.session.damaged-1");
        assertThat(Files.readAllBytes(aside)).isEqualTo(bad);
        assertThat(session("prod")).doesNotExist();
        Files.delete(aside);
    }

    @Test
    void load_damagedTwice_keepsBothPrivateAndLeavesOthersAlone() throws IOException {
        try (var store = open()) {
            store.save(DEV, Sessions.withRefreshToken("dev"));
            for (int time = 0; time < 2; time++) {
                store.save(PROD, Sessions.withRefreshToken("r"));
                Files.writeString(session("prod"), "garbage " + time);
                assertThat(store.load(PROD)).isNull();
            }
            assertThat(dir.resolve("sessions/prod.session.damaged-1")).hasContent("garbage 0");
            assertThat(dir.resolve("sessions/prod.session.damaged-2")).hasContent("garbage 1");
            assertThat(store.load(DEV)).isNotNull();
        }
        for (Path file : filesIn(dir)) {
            assertThat(modeOf(file)).isEqualTo("rw-------");
        }
    }

    @Test
    void load_damaged_warnsByNameWithoutContent() throws IOException {
        List<ILoggingEvent> logged;
        try (var store = open()) {
            Files.writeString(session("prod"), "canary");
            logged = logOf(() -> store.load(PROD));
        }
        assertThat(logged).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage())
                    .contains("account prod", "cut off at 6 bytes", "prod.session.damaged-1")
                    .doesNotContain("canary");
        });
    }

    private static List<ILoggingEvent> logOf(Runnable work) {
        Logger logger = (Logger) LoggerFactory.getLogger(EncryptedFileStore.class);
        var appender = new ListAppender<ILoggingEvent>();
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.INFO);
        try {
            work.run();
        } finally {
            logger.setLevel(null);
            logger.detachAppender(appender);
        }
        return appender.list;
    }

    /** How a backup comes back, each keeping times and modes. */
    enum Restoring {
        OVER_THE_FILE {
            @Override
            void restore(Path backup, Path file) throws IOException {
                Files.write(file, Files.readAllBytes(backup));
                Files.setLastModifiedTime(file, Files.getLastModifiedTime(backup));
            }
        },
        AS_A_NEW_FILE {
            @Override
            void restore(Path backup, Path file) throws IOException {
                Files.copy(backup, file, REPLACE_EXISTING, COPY_ATTRIBUTES);
            }
        };

        abstract void restore(Path backup, Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void load_backupPutBack_isRecognisedAndUsedAllTheSame(Restoring restoring) throws IOException {
        StoredSession old = Sessions.withRefreshToken("old");
        Path backup = dir.resolveSibling("backup");
        try (var store = open()) {
            store.save(PROD, old);
            Files.copy(session("prod"), backup, COPY_ATTRIBUTES);
            store.save(PROD, Sessions.withRefreshToken("new"));
            restoring.restore(backup, session("prod"));
        }
        try (var store = open()) {
            assertThat(logOf(() -> assertThat(store.load(PROD))
                            .satisfies(back -> assertThat(Sessions.clear(back)).isEqualTo(Sessions.clear(old)))))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.getLevel()).isEqualTo(Level.WARN);
                        assertThat(event.getFormattedMessage())
                                .contains("account prod", "backup", "iam-broker login prod");
                    });
        }
    }

    @Test
    void load_directoryCopied_isRecognised() throws IOException {
        try (var store = open()) {
            store.save(PROD, Sessions.withRefreshToken("shared"));
        }
        Path copy = dir.resolveSibling("copy");
        copyTree(dir, copy);
        try (var store = EncryptedFileStore.open(copy, List.of(), FileOps.posix(), new SecureRandom())) {
            assertThat(logOf(() -> store.load(PROD))).hasSize(1);
        }
        try (var store = open()) {
            assertThat(logOf(() -> store.load(PROD))).isEmpty();
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void load_originalMovedWithItsDirectory_isNoCopy() throws IOException {
        try (var store = open()) {
            store.save(PROD, Sessions.withRefreshToken("only"));
        }
        Path moved = Files.move(dir, dir.resolveSibling("moved"));
        try (var store = EncryptedFileStore.open(moved, List.of(), FileOps.posix(), new SecureRandom())) {
            assertThat(logOf(() -> store.load(PROD))).isEmpty();
        }
    }

    @Test
    void load_fileOfAnotherAccount_isDamage() throws IOException {
        try (var store = open()) {
            store.save(DEV, Sessions.withRefreshToken("dev"));
            Files.copy(session("dev"), session("prod"));
            assertThat(store.load(PROD)).isNull();
            assertThat(dir.resolve("sessions/prod.session.damaged-1")).exists();
        }
    }

    @Test
    void load_unreadableFile_isFailureNotDamage() {
        var ops = new ReadFailure(new AccessDeniedException("prod.session"));
        try (var store = EncryptedFileStore.open(dir, List.of(), ops, RANDOM)) {
            store.save(PROD, Sessions.withRefreshToken("r"));
            assertThatThrownBy(() -> store.load(PROD))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("prod.session")
                    .hasMessageContaining("cannot read");
            assertThat(session("prod")).exists();
        }
    }

    /** A disk whose session files cannot be read. */
    private record ReadFailure(IOException failure, FileOps real) implements FileOps {
        ReadFailure(IOException failure) {
            this(failure, FileOps.posix());
        }

        @Override
        public byte[] read(Path file) throws IOException {
            if (file.toString().endsWith(EncryptedFileStore.SUFFIX)) {
                throw failure;
            }
            return real.read(file);
        }

        @Override
        public FileIdentity identity(Path file) throws IOException {
            return real.identity(file);
        }

        @Override
        public NewFile create(Path file) throws IOException {
            return real.create(file);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            real.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            real.delete(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            real.syncDirectory(directory);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyFileOps.CrashPoint.class,
            names = {"BEFORE_TEMP", "AFTER_TEMP_CREATED", "AFTER_TEMP_WRITTEN", "AFTER_TEMP_SYNCED"})
    void save_diskFull_throwsAndOldSessionIsWhole(FaultyFileOps.CrashPoint full) throws IOException {
        try (var store = open()) {
            store.save(PROD, Sessions.withRefreshToken("old"));
        }
        var ops = new FaultyFileOps((point, file) -> {
            if (point == full) {
                throw new FileSystemException(file.toString(), null, "No space left on device");
            }
        });
        try (var store = EncryptedFileStore.open(dir, List.of(), ops, RANDOM)) {
            assertThatThrownBy(() -> store.save(PROD, Sessions.withRefreshToken("new")))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("prod.session (No space left on device)");
            assertThat(Sessions.clear(store.load(PROD))).contains("'old'");
        }
        assertThat(filesIn(dir)).noneMatch(file -> file.toString().contains(".tmp-"));
    }

    @Test
    void open_directoryOthersCanEnter_isRefused() throws IOException {
        Files.createDirectories(dir);
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("run 'chmod 700 " + dir + "'");
        assertThat(filesIn(dir)).isEmpty();
    }

    @Test
    void open_leftoverOfACrash_isRemoved() throws IOException {
        open().close();
        Path leftover = Files.writeString(dir.resolve("sessions/.tmp-0011223344556677"), "half");
        open().close();
        assertThat(leftover).doesNotExist();
    }

    @Test
    void save_afterClose_isRefused() {
        var store = open();
        store.close();
        store.close();
        assertThatThrownBy(() -> store.save(PROD, Sessions.withRefreshToken("r")))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("closed");
    }

    @Test
    void clusters_saved_comeBackAndAreReplacedByAccount() {
        KnownCluster first = cluster(PROD, "c1");
        KnownCluster second = cluster(DEV, "c2");
        try (var store = open()) {
            store.clusters().save(PROD, List.of(cluster(PROD, "gone")));
            store.clusters().save(DEV, List.of(second));
            store.clusters().save(PROD, List.of(first));
        }
        try (var store = open()) {
            assertThat(store.clusters().load()).containsExactlyInAnyOrder(first, second);
        }
    }

    @Test
    void clusters_unreadableContent_areForgottenAndWritable() throws IOException {
        open().close();
        for (String content : List.of("", "{}", "[1]", "{\"clusters\":[{\"account\":\"NO\"}]}", "null")) {
            Files.writeString(dir.resolve("clusters.json"), content);
            try (var store = open()) {
                assertThat(store.clusters().load()).as("%s", content).isEmpty();
                store.clusters().save(PROD, List.of(cluster(PROD, "c1")));
                assertThat(store.clusters().load()).hasSize(1);
            }
        }
    }

    private static KnownCluster cluster(AccountName account, String id) {
        var cluster = new Cluster(
                id, "name", "openshift", null, "us-south", "normal", null, "https://a:1", null, Set.of("https://a:1"));
        return new KnownCluster(account, "an-account", cluster, "-----BEGIN CERTIFICATE-----");
    }

    private EncryptedFileStore open(WrappingKey... keys) {
        return EncryptedFileStore.open(dir, List.of(keys), FileOps.posix(), RANDOM);
    }

    private Path session(String alias) {
        return dir.resolve("sessions").resolve(alias + ".session");
    }

    private static String modeOf(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
