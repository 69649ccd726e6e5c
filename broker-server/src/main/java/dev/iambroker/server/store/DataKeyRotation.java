package dev.iambroker.server.store;

import dev.iambroker.account.AccountName;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another data key in place of the one that seals the sessions. The keyring holds both until the last session is sealed
 * anew, so that a crash at any moment leaves a store that opens, and the next start ends what was begun. The key of the
 * audit log stays: what it proved must stay provable.
 */
public final class DataKeyRotation {
    private static final Logger log = LoggerFactory.getLogger(DataKeyRotation.class);

    private final StateDirectory directory;
    private final SecureRandom random;

    private DataKeyRotation(StateDirectory directory, SecureRandom random) {
        this.directory = directory;
        this.random = random;
    }

    /**
     * What a rotation did.
     *
     * @param sealed sessions that the new data key seals
     * @param unreadable files that neither key opens, left as they are
     */
    public record Outcome(int sealed, List<String> unreadable) {
        public Outcome {
            unreadable = List.copyOf(unreadable);
        }
    }

    /**
     * Gives the store in {@code root} a new data key, wrapped by each of {@code keys}, and seals every session anew.
     *
     * @param keys as for {@link EncryptedFileStore#open}; each must be readable
     * @throws StoreFailure if a daemon holds the directory, a key cannot be read, none opens the store, a session is of a
     *     format that this broker does not know, or the disk fails; the store opens as before then
     */
    public static Outcome rotate(Path root, List<WrappingKey> keys, FileOps ops, SecureRandom random) {
        try (StateDirectory directory = StateDirectory.open(root.toAbsolutePath(), ops, random)) {
            var rotation = new DataKeyRotation(directory, random);
            KeyringOpening.Renewal renewal = KeyringOpening.renewal(directory, keys, random);
            rotation.demandKnownFormats(renewal.keys());
            rotation.finish(renewal.keys());
            directory.replace(directory.root(), Keyring.FILE, renewal.renewed().content());
            return rotation.sealAnew(new StoreKeys(
                    renewal.newData(), renewal.keys().data(), renewal.keys().audit()));
        }
    }

    /** Ends a rotation that a crash cut off. A disk that does not let it be ended leaves both keys in use. */
    static StoreKeys finished(StateDirectory directory, StoreKeys keys, SecureRandom random) {
        try {
            return new DataKeyRotation(directory, random).finish(keys);
        } catch (StoreFailure e) {
            log.warn("the rotation of the data key is not ended yet, the next start tries again: {}", e.getMessage());
            return keys;
        }
    }

    private StoreKeys finish(StoreKeys keys) {
        if (keys.previous() == null) {
            return keys;
        }
        List<String> strange = strangers(keys);
        if (!strange.isEmpty()) {
            log.warn(
                    "the rotation of the data key is not ended, and its key of before is kept: {}; start the broker that"
                            + " wrote it, or remove it if its login is not needed",
                    String.join("; ", strange));
            return keys;
        }
        Outcome outcome = sealAnew(keys);
        log.info("ended a rotation of the data key that was cut off: {} sessions sealed anew", outcome.sealed());
        return new StoreKeys(keys.data(), null, keys.audit());
    }

    private void demandKnownFormats(StoreKeys keys) {
        List<String> strange = strangers(keys);
        if (!strange.isEmpty()) {
            throw new StoreFailure(String.join("; ", strange)
                    + ": it would never open again, so run 'store rotate' of the broker that wrote it, or remove the file if"
                    + " its login is not needed; nothing was changed");
        }
    }

    /**
     * Files that another broker wrote, and that only their key keeps from being lost: those set aside too, as this broker
     * does with what it does not know.
     */
    private List<String> strangers(StoreKeys keys) {
        var both = new SealedSession(keys.data(), keys.previous(), random);
        List<String> strange = new ArrayList<>();
        for (Path file : sessions("*" + EncryptedFileStore.SUFFIX + "*")) {
            byte[] content = directory.read(file);
            if (content != null && (SealedSession.isOfAnotherFormat(content) || isUnknown(file, content, both))) {
                strange.add("sessions/" + file.getFileName() + " has a format that this broker does not know");
            }
        }
        return strange;
    }

    /** Whether one of the keys sealed it, and what is in it is no session. */
    private static boolean isUnknown(Path file, byte[] content, SealedSession both) {
        String name = String.valueOf(file.getFileName());
        String alias = name.substring(0, name.indexOf(EncryptedFileStore.SUFFIX));
        byte[] clear;
        try {
            clear = both.open(new AccountName(alias), content);
        } catch (Damaged | IllegalArgumentException e) {
            return false;
        }
        try {
            SessionJson.read(clear);
            return false;
        } catch (Damaged e) {
            return true;
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    /** The previous key leaves the keyring only once nothing needs it. */
    private Outcome sealAnew(StoreKeys keys) {
        var both = new SealedSession(keys.data(), keys.previous(), random);
        int sealed = 0;
        List<String> unreadable = new ArrayList<>();
        for (Path file : sessions("*" + EncryptedFileStore.SUFFIX)) {
            try {
                sealAnew(file, both);
                sealed++;
            } catch (Damaged e) {
                unreadable.add(file.getFileName() + ": " + e.getMessage());
            }
        }
        dropPrevious();
        return new Outcome(sealed, unreadable);
    }

    private void sealAnew(Path file, SealedSession both) throws Damaged {
        String name = String.valueOf(file.getFileName());
        String alias = name.substring(0, name.length() - EncryptedFileStore.SUFFIX.length());
        byte[] content = directory.read(file);
        if (!AccountName.isValid(alias) || content == null) {
            throw new Damaged("its name is no account's");
        }
        AccountName account = new AccountName(alias);
        byte[] clear = both.open(account, content);
        try {
            replace(file, account, clear, both);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    private void replace(Path file, AccountName account, byte[] clear, SealedSession both) throws Damaged {
        String writtenTo = SessionJson.read(clear).file();
        // A copy stays one: only the next start may tell.
        boolean isOriginal = writtenTo == null || directory.identity(file).isNamed(writtenTo);
        directory.replace(directory.sessions(), EncryptedFileStore.fileOf(account), target -> {
            byte[] moved = moved(clear, isOriginal ? target.text() : String.valueOf(writtenTo));
            try {
                return both.seal(account, moved);
            } finally {
                Arrays.fill(moved, (byte) 0);
            }
        });
    }

    private static byte[] moved(byte[] clear, String file) {
        try {
            return SessionJson.movedTo(clear, file);
        } catch (Damaged e) {
            throw new IllegalStateException("it was a session a moment ago", e);
        }
    }

    private void dropPrevious() {
        byte[] content = directory.read(directory.root().resolve(Keyring.FILE));
        Keyring keyring = content == null ? null : Keyring.parse(content);
        if (keyring == null || keyring.audit() == null) {
            throw new StoreFailure("the keyring changed while sessions were sealed anew: run it again");
        }
        directory.replace(
                directory.root(),
                Keyring.FILE,
                Keyring.of(keyring.slots(), keyring.audit(), keyring.mark(), null)
                        .content());
    }

    private List<Path> sessions(String pattern) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory.sessions(), pattern)) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw StateDirectory.cannot("read", directory.sessions(), e);
        }
        Collections.sort(files);
        return files;
    }
}
