package dev.iambroker.server.store;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.StoreFailure;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The data key as long as the store is open, and the way to lock it away. What the disk says is changed by one rename, as
 * the last step of either way: a crash leaves the store locked or open, never in between. Thread-safe for one change at a
 * time beside many readers.
 */
final class StoreLock {
    private final StateDirectory directory;
    private final List<WrappingKey> keys;
    private final SecureRandom random;
    private final SecretKey auditKey;
    private volatile @Nullable SealedSession open;

    private StoreLock(StateDirectory directory, List<WrappingKey> keys, SecureRandom random) {
        this.directory = directory;
        this.keys = List.copyOf(keys);
        this.random = random;
        byte[] content = content();
        LockFile locked = content == null ? null : LockFile.parse(content);
        if (locked == null) {
            StoreKeys opened = opened(content);
            this.open = sessions(opened);
            this.auditKey = HeldKey.of(opened.audit());
        } else {
            KeyringOpening.Audit audit = KeyringOpening.audit(directory, locked, keys, random);
            this.auditKey = HeldKey.of(audit.key());
            if (!audit.mark().equals(locked.mark())) {
                write(locked.with(audit.mark()).content());
            }
        }
    }

    /** Opens what is not locked. @throws StoreFailure if no key opens it */
    static StoreLock of(StateDirectory directory, List<WrappingKey> keys, SecureRandom random) {
        return new StoreLock(directory, keys, random);
    }

    private StoreKeys opened(byte @Nullable [] keyring) {
        return DataKeyRotation.finished(directory, KeyringOpening.open(directory, keyring, keys, random), random);
    }

    private SealedSession sessions(StoreKeys opened) {
        return new SealedSession(opened.data(), opened.previous(), random);
    }

    /** Proves the audit log, locked or not. */
    SecretKey auditKey() {
        return auditKey;
    }

    /** What the keyring says of the audit log, locked or not. @throws StoreFailure if that was taken away or changed */
    AuditMark.Said mark() {
        byte[] content = content();
        AuditMark mark = content == null ? null : AuditMark.in(content);
        AuditMark.Said said = mark == null ? null : mark.open(auditKey);
        if (said == null) {
            throw new StoreFailure(file() + " was changed: it " + AuditMark.NOT_SAID);
        }
        return said;
    }

    synchronized void saveMark(AuditMark mark) {
        byte[] content = content();
        LockFile locked = content == null ? null : LockFile.parse(content);
        Keyring keyring = content == null ? null : Keyring.parse(content);
        if (locked != null) {
            write(locked.with(mark).content());
        } else if (keyring != null) {
            write(keyring.with(mark).content());
        } else {
            throw new StoreFailure(file() + " is missing or damaged: restore it from a backup");
        }
    }

    boolean isLocked() {
        return open == null;
    }

    /** @throws StoreFailure where it is locked */
    SealedSession sessions() {
        SealedSession sessions = open;
        if (sessions == null) {
            throw new StoreFailure(
                    "the sessions in " + directory.sessions() + " are locked: run 'iam-broker unlock' first");
        }
        return sessions;
    }

    synchronized void lock(Secret passphrase) {
        sessions();
        byte[] content = content();
        if (content == null) {
            throw new StoreFailure(file() + " is missing: restore it from a backup; nothing was changed");
        }
        Keyring keyring = Keyring.parse(content);
        if (keyring == null || keyring.audit() == null) {
            throw new StoreFailure(
                    file() + " is not what this broker opened: look who changed it; nothing was changed");
        }
        write(LockFile.seal(content, keyring.audit(), keyring.mark(), passphrase, random)
                .content());
        drop();
    }

    /** No reader is under way: who reads sessions has waited for this change, or it for them. */
    private void drop() {
        SealedSession sessions = open;
        open = null;
        if (sessions != null) {
            sessions.destroy();
        }
    }

    synchronized Tries tries() {
        byte[] content = isLocked() ? content() : null;
        LockFile file = content == null ? null : LockFile.parse(content);
        return file == null ? Tries.NONE : file.inVain();
    }

    synchronized void keep(Tries tries) {
        byte[] content = content();
        LockFile file = content == null ? null : LockFile.parse(content);
        if (file == null) {
            throw new StoreFailure(file() + " is missing or damaged: restore it from a backup; nothing was changed");
        }
        write(file.with(tries).content());
    }

    synchronized boolean unlock(Secret passphrase, Runnable whileOpening) {
        byte[] content = content();
        LockFile file = content == null ? null : LockFile.parse(content);
        if (file == null) {
            throw new StoreFailure(file() + " is missing or damaged: restore it from a backup; nothing was changed");
        }
        byte[] sealed = file.open(passphrase);
        if (sealed == null) {
            return false;
        }
        byte[] keyring = marked(sealed, file.mark());
        try {
            open = sessions(opened(keyring));
            whileOpening.run();
            demandWritten(keyring);
        } catch (RuntimeException e) {
            drop();
            demandLocked(file, e);
            throw e;
        }
        return true;
    }

    /** The audit log went on while the keyring was sealed. */
    private static byte[] marked(byte[] sealed, @Nullable AuditMark mark) {
        Keyring keyring = Keyring.parse(sealed);
        return keyring == null ? sealed : keyring.with(mark).content();
    }

    /** Opening it may have written it open already: what is locked here must not be open to the next start. */
    private void demandLocked(LockFile file, RuntimeException reason) {
        try {
            byte[] content = content();
            if (content == null || LockFile.parse(content) == null) {
                write(file.content());
            }
        } catch (StoreFailure e) {
            reason.addSuppressed(e);
        }
    }

    /** Opening it may have written it already, with other slots. */
    private void demandWritten(byte[] keyring) {
        byte[] content = content();
        if (content == null || Keyring.parse(content) == null) {
            write(keyring);
        }
    }

    private byte @Nullable [] content() {
        return directory.read(file());
    }

    private void write(byte[] content) {
        directory.replace(directory.root(), Keyring.FILE, content);
    }

    private Path file() {
        return directory.root().resolve(Keyring.FILE);
    }
}
