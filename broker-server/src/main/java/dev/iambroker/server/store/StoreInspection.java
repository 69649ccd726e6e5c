package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.server.store.KeySlot.Holds;
import dev.iambroker.store.AuditVault;
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
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every file of a store, by the configured keys, and changes nothing: also while a daemon holds the directory, as
 * each file is whole at each moment. For one use.
 */
public final class StoreInspection {
    private final Path root;
    private final FileOps ops;
    private final List<PresentedKey> keys = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    /**
     * What is so with one file or key, in a line.
     *
     * @param text names no secret
     */
    public record Finding(boolean isRight, String text) {}

    public StoreInspection(Path root, List<WrappingKey> configured, FileOps ops) {
        this.root = root.toAbsolutePath();
        this.ops = ops;
        present(configured);
    }

    private void present(List<WrappingKey> configured) {
        for (WrappingKey key : configured) {
            try {
                keys.add(PresentedKey.read(key));
            } catch (SecretUnavailable e) {
                wrong("state key: " + e.getMessage());
            }
        }
        byte[] generated = content(GeneratedKey.FILE);
        if (generated != null && configured.isEmpty()) {
            Secret key = Secret.of(new String(generated, US_ASCII).strip());
            keys.add(PresentedKey.ofRaw(key, "file " + root.resolve(GeneratedKey.FILE)));
        }
    }

    /**
     * A line for each slot, file and key.
     *
     * @throws StoreFailure if a file cannot be read
     */
    public List<Finding> findings() {
        byte[] content = content(Keyring.FILE);
        LockFile locked = content == null ? null : LockFile.parse(content);
        Keyring keyring = content == null ? null : Keyring.parse(content);
        if (locked != null) {
            right("keyring: locked by a passphrase; its sessions open once it is unlocked");
            audit(locked.audit(), locked.mark());
        } else if (keyring == null) {
            wrong("keyring: " + (content == null ? "there is none" : "damaged or of a newer format"));
        } else {
            opened(keyring);
        }
        clusters();
        return List.copyOf(findings);
    }

    private void opened(Keyring keyring) {
        SecretKey dataKey = null;
        for (int i = 0; i < keyring.slots().size(); i++) {
            KeySlot slot = keyring.slots().get(i);
            PresentedKey key = keyOf(slot, Holds.DATA_KEY);
            String by = key == null ? "by no configured key, so the next start drops it" : "by " + key.description();
            right("keyring: slot " + (i + 1) + " (" + words(slot.kind()) + ") opens " + by);
            dataKey = key == null ? dataKey : slot.unwrap(key);
        }
        for (PresentedKey key : keys) {
            if (keyring.slots().stream().allMatch(slot -> slot.unwrap(key) == null)) {
                right("keyring: " + key.description() + " has no slot yet, the next start adds one");
            }
        }
        if (dataKey == null) {
            wrong("keyring: no configured key opens it");
            return;
        }
        sessions(dataKey, previous(keyring, dataKey));
        audit(keyring.audit(), keyring.mark());
    }

    private @Nullable PresentedKey keyOf(KeySlot slot, Holds what) {
        return keys.stream()
                .filter(key -> slot.unwrap(key, what) != null)
                .findFirst()
                .orElse(null);
    }

    private static String words(KeySlot.Kind kind) {
        return switch (kind) {
            case HKDF_SHA256 -> "key";
            case ARGON2ID -> "passphrase";
        };
    }

    private @Nullable SecretKey previous(Keyring keyring, SecretKey dataKey) {
        SealedKey sealed = keyring.previous();
        if (sealed == null) {
            return null;
        }
        SecretKey previous = sealed.open(dataKey);
        if (previous == null) {
            wrong("keyring: the data key of before was changed or is damaged");
        } else {
            right("keyring: a rotation of the data key is under way, the next start ends it");
        }
        return previous;
    }

    private void sessions(SecretKey dataKey, @Nullable SecretKey previous) {
        var sealed = new SealedSession(dataKey, previous, new SecureRandom());
        for (Path file : files(root.resolve("sessions"))) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(EncryptedFileStore.SUFFIX)) {
                session(file, name.substring(0, name.length() - EncryptedFileStore.SUFFIX.length()), sealed);
            } else if (name.contains(".damaged-")) {
                right("sessions/" + name + ": set aside earlier because it was damaged");
            }
        }
    }

    private void session(Path file, String alias, SealedSession sealed) {
        String name = "sessions/" + file.getFileName();
        try {
            byte[] content = read(file);
            if (content == null) {
                return;
            }
            byte[] clear = sealed.open(new AccountName(alias), content);
            SessionJson.Found found = SessionJson.read(clear);
            Arrays.fill(clear, (byte) 0);
            String writtenTo = found.file();
            boolean isOriginal = writtenTo == null || ops.identity(file).isNamed(writtenTo);
            right(name + ": opens" + (isOriginal ? "" : "; it is a copy, or was put back from a backup"));
        } catch (Damaged e) {
            wrong(name + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            wrong(name + ": its name is no account's");
        } catch (IOException e) {
            throw StateDirectory.cannot("read", file, e);
        }
    }

    private void audit(@Nullable List<KeySlot> slots, @Nullable AuditMark mark) {
        if (slots == null) {
            return;
        }
        SecretKey auditKey = AuditSlots.open(slots, keys);
        if (auditKey == null) {
            wrong("keyring: no configured key opens the key of the audit log");
            return;
        }
        AuditMark.Said said = said(slots, mark, auditKey);
        if (said == null) {
            wrong("keyring: was changed: it " + AuditMark.NOT_SAID);
        }
        head(auditKey, said != null && said.known() != null);
    }

    private void head(SecretKey auditKey, boolean isLogBegun) {
        try {
            byte[] head = vault(auditKey, this::notSaid).head();
            if (head == null && isLogBegun) {
                wrong(SealedAuditVault.FILE + ": missing, and the keyring says that an audit log was begun");
            } else {
                right(SealedAuditVault.FILE + ": " + (head == null ? "none, no audit log was begun" : "opens"));
            }
        } catch (StoreFailure e) {
            wrong(SealedAuditVault.FILE + ": was changed, is damaged, or belongs to another store");
        }
    }

    /** Null where the mark was taken away or changed; the head speaks for a keyring of an older broker's, which has none. */
    private AuditMark.@Nullable Said said(List<KeySlot> slots, @Nullable AuditMark mark, SecretKey auditKey) {
        if (mark != null) {
            return mark.open(auditKey);
        }
        if (AuditSlots.areMarked(slots, keys)) {
            return null;
        }
        return content(SealedAuditVault.FILE) == null ? AuditMark.Said.NO_LOG_BEGUN : AuditMark.Said.ofUnknownLog();
    }

    private AuditMark.Said notSaid() {
        throw new StoreFailure(root.resolve(Keyring.FILE) + " was changed: it " + AuditMark.NOT_SAID);
    }

    private void clusters() {
        byte[] content = content(ClusterFile.FILE);
        if (content == null) {
            return;
        }
        if (ClusterFile.isReadable(content)) {
            right(ClusterFile.FILE + ": readable");
        } else {
            wrong(ClusterFile.FILE + ": not readable; the next start looks its clusters up again");
        }
    }

    /**
     * What proves the audit log of this store, for reading.
     *
     * @throws StoreFailure if no configured key opens it
     */
    public AuditVault auditVault() {
        byte[] content = content(Keyring.FILE);
        LockFile locked = content == null ? null : LockFile.parse(content);
        Keyring keyring = content == null ? null : Keyring.parse(content);
        List<KeySlot> slots = locked != null ? locked.audit() : keyring == null ? null : keyring.audit();
        SecretKey auditKey = slots == null ? null : AuditSlots.open(slots, keys);
        if (slots == null || auditKey == null) {
            throw new StoreFailure("no configured state key opens the key of the audit log in "
                    + root.resolve(Keyring.FILE) + ": 'iam-broker store verify' says more");
        }
        AuditMark mark = locked != null ? locked.mark() : keyring == null ? null : keyring.mark();
        AuditMark.Said said = said(slots, mark, auditKey);
        return vault(auditKey, () -> said == null ? notSaid() : said);
    }

    private AuditVault vault(SecretKey auditKey, Supplier<AuditMark.Said> said) {
        return new SealedAuditVault(
                root.resolve(SealedAuditVault.FILE),
                () -> content(SealedAuditVault.FILE),
                StoreInspection::refuse,
                new SealedAuditVault.Marks() {
                    @Override
                    public AuditMark.Said said() {
                        return said.get();
                    }

                    @Override
                    public void save(AuditMark mark) {
                        refuse(mark);
                    }
                },
                auditKey,
                new SecureRandom());
    }

    private static void refuse(Object unwritten) {
        throw new StoreFailure("this store was opened to be read");
    }

    private byte @Nullable [] content(String name) {
        return read(root.resolve(name));
    }

    private byte @Nullable [] read(Path file) {
        if (Files.notExists(file)) {
            return null;
        }
        try {
            return ops.read(file);
        } catch (IOException e) {
            throw StateDirectory.cannot("read", file, e);
        }
    }

    private static List<Path> files(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw StateDirectory.cannot("read", directory, e);
        }
        Collections.sort(files);
        return files;
    }

    private void right(String text) {
        findings.add(new Finding(true, text));
    }

    private void wrong(String text) {
        findings.add(new Finding(false, text));
    }
}
