package dev.iambroker.server.store;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.AuditVault;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions in files of their own below the state directory, each sealed by AES-256-GCM under one random data key that
 * the configured keys wrap, and a passphrase too while it is locked. Thread-safe; owns the directory's lock until it is closed.
 */
public final class EncryptedFileStore implements SessionStore, AutoCloseable {
    static final String SUFFIX = ".session";
    private static final Logger log = LoggerFactory.getLogger(EncryptedFileStore.class);

    private final StateDirectory directory;
    private final StoreLock lock;
    private final Writes writes;
    private final ClusterFile clusters;
    private final AuditVault auditVault;
    private final boolean isKeyGenerated;

    private EncryptedFileStore(StateDirectory directory, StoreLock lock, SecureRandom random, boolean isKeyGenerated) {
        this.directory = directory;
        this.lock = lock;
        this.isKeyGenerated = isKeyGenerated;
        this.writes = new Writes();
        this.clusters = new ClusterFile(directory, writes);
        this.auditVault = new SealedAuditVault(directory, writes, lock, random);
    }

    /**
     * Opens the store in {@code directory}, which is made where it is missing.
     *
     * @param keys any of them opens the store; with none a key is made beside the sessions
     * @throws StoreFailure if others can enter the directory, another broker holds it, no key opens it, or its disk
     *     fails; nothing is changed then
     */
    public static EncryptedFileStore open(Path directory, List<WrappingKey> keys, FileOps ops, SecureRandom random) {
        StateDirectory state = StateDirectory.open(directory.toAbsolutePath(), ops, random);
        try {
            return new EncryptedFileStore(state, StoreLock.of(state, keys, random), random, keys.isEmpty());
        } catch (RuntimeException e) {
            state.close();
            throw e;
        }
    }

    /** Whether the key lies beside what it protects, because none is configured. */
    public boolean isOnlyAsSafeAsItsDirectory() {
        return isKeyGenerated;
    }

    /** The clusters kept beside the sessions. Usable until this store is closed. */
    public ClusterStore clusters() {
        return clusters;
    }

    /** What proves the audit log. Usable until this store is closed. */
    public AuditVault auditVault() {
        return auditVault;
    }

    @Override
    public @Nullable StoredSession load(AccountName account) {
        lock.sessions();
        Path file = directory.sessions().resolve(fileOf(account));
        byte[] content = directory.read(file);
        if (content == null) {
            return null;
        }
        try {
            SessionJson.Found found = unseal(account, content);
            warnOfCopy(account, found, file);
            return found.session();
        } catch (Damaged e) {
            setAside(account, e);
            return null;
        }
    }

    /**
     * A refresh token from a backup, or from a copy of the directory, may have been used since by whoever wrote it: then
     * IAM refuses it, and only this line says why.
     */
    private void warnOfCopy(AccountName account, SessionJson.Found found, Path file) {
        String writtenTo = found.file();
        boolean isOriginal = writtenTo == null || directory.identity(file).isNamed(writtenTo);
        if (!isOriginal && found.session().refreshToken() != null) {
            log.warn(
                    "the session of account {} is not in the file that it was written to: it was copied, or put back from"
                            + " a backup; if its login was used since, IAM refuses it, and 'iam-broker login {}' helps",
                    account,
                    account);
        }
    }

    private SessionJson.Found unseal(AccountName account, byte[] content) throws Damaged {
        byte[] clear = lock.sessions().open(account, content);
        try {
            return SessionJson.read(clear);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    private void setAside(AccountName account, Damaged damage) {
        writes.run(() -> {
            Path kept = directory.setAside(directory.sessions(), fileOf(account));
            log.warn("the session of account {} is damaged: {}; kept as {}", account, damage.getMessage(), kept);
        });
    }

    @Override
    public boolean isLocked() {
        return lock.isLocked();
    }

    @Override
    public void lock(Secret passphrase) {
        writes.run(() -> lock.lock(passphrase));
    }

    @Override
    public Tries tries() {
        return lock.tries();
    }

    @Override
    public void keep(Tries tries) {
        writes.run(() -> lock.keep(tries));
    }

    @Override
    public boolean unlock(Secret passphrase, Runnable whileOpening) {
        boolean[] unlocked = {false};
        writes.run(() -> unlocked[0] = lock.unlock(passphrase, whileOpening));
        return unlocked[0];
    }

    @Override
    public void save(AccountName account, StoredSession session) {
        writes.run(
                () -> directory.replace(directory.sessions(), fileOf(account), file -> sealed(account, session, file)));
    }

    private byte[] sealed(AccountName account, StoredSession session, FileIdentity file) {
        byte[] clear = SessionJson.write(session, file.text());
        try {
            return lock.sessions().seal(account, clear);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    static String fileOf(AccountName account) {
        return account.value() + SUFFIX;
    }

    /** Calls {@code sign} as soon as the disk has done with every write of this moment; does not wait for it. */
    public void whenWritten(Runnable sign) {
        writes.whenThrough(sign);
    }

    /** Waits for writes under way, then lets another broker have the directory. Idempotent. */
    @Override
    public void close() {
        writes.end();
        directory.close();
    }
}
