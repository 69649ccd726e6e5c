package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Values of etcd, sealed and opened. Has no key while it is locked. Thread-safe. */
final class Records implements Mirror.Reading {
    private static final Logger log = LoggerFactory.getLogger(Records.class);
    private static final byte SESSION_FORM = 1;
    private static final int FIXED_BYTES = 1 + Long.BYTES + Byte.BYTES;

    private final Keyspace keys;
    private final SessionFormat format;
    private final Supplier<Seal> fleetKey;
    private volatile @Nullable Seal seal;
    private volatile boolean hasWarned;

    /** @param fleetKey read at each opening */
    Records(Keyspace keys, SessionFormat format, Supplier<Seal> fleetKey) {
        this.keys = keys;
        this.format = format;
        this.fleetKey = fleetKey;
    }

    /** @throws dev.iambroker.fleet.FleetRefused if the fleet key is none */
    void unlock() {
        seal = fleetKey.get();
    }

    void lock() {
        seal = null;
    }

    Seal seal() {
        Seal known = seal;
        if (known == null) {
            throw new StoreFailure("the store is locked: unlock it with 'iam-broker unlock'");
        }
        return known;
    }

    Bytes note(String key, Note note) {
        return seal().seal(key, note.bytes());
    }

    /** @param at the writer's wall clock now */
    Bytes session(AccountName account, StoredSession session, Instant at) {
        byte[] content = format.write(session);
        byte[] name = account.value().getBytes(StandardCharsets.US_ASCII);
        byte[] clear = ByteBuffer.allocate(FIXED_BYTES + name.length + content.length)
                .put(SESSION_FORM)
                .putLong(at.toEpochMilli())
                .put((byte) name.length)
                .put(name)
                .put(content)
                .array();
        Arrays.fill(content, (byte) 0);
        try {
            return seal().seal(keys.session(keys.id(account)), clear);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    /**
     * The session by the first key, with nothing else changed.
     *
     * @throws StoreFailure if it does not open
     */
    Bytes resealed(Kept.Session kept) {
        byte[] clear = opened(kept.account(), kept);
        try {
            return seal().seal(kept.key(), clear);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    /** @throws StoreFailure if it does not open, or is another account's */
    StoredSession open(AccountName account, Kept.Session kept) {
        byte[] clear = opened(account, kept);
        try {
            ByteBuffer content = contentOf(clear);
            byte[] bytes = new byte[content.remaining()];
            content.get(bytes);
            try {
                return format.read(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        } catch (IllegalArgumentException e) {
            throw unreadable(account, e.getMessage());
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    private byte[] opened(AccountName account, Kept.Session kept) {
        try {
            return seal().open(kept.key(), kept.sealed());
        } catch (Seal.Unopened e) {
            throw unreadable(account, e.getMessage());
        }
    }

    static StoreFailure unreadable(AccountName account, @Nullable String reason) {
        return new StoreFailure("the shared session of account " + account + " cannot be read: " + reason
                + "; put the key that sealed it into state.shared.fleet-key, or log in anew");
    }

    private static ByteBuffer contentOf(byte[] clear) {
        ByteBuffer content = ByteBuffer.wrap(clear);
        nameOf(content);
        return content;
    }

    private static AccountName nameOf(ByteBuffer clear) {
        if (clear.remaining() < FIXED_BYTES || clear.get() != SESSION_FORM) {
            throw new IllegalArgumentException("another version wrote it");
        }
        clear.position(FIXED_BYTES);
        byte[] name = new byte[clear.get(FIXED_BYTES - 1)];
        clear.get(name);
        return new AccountName(new String(name, StandardCharsets.US_ASCII));
    }

    /** {@code null} where it does not open, or is none. */
    Note.@Nullable Intent intent(Etcd.Entry entry) {
        try {
            return Note.intent(seal().open(entry.key(), entry.value()));
        } catch (Seal.Unopened | IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public Kept read(Kind kind, Etcd.Entry entry) {
        long revision = entry.modRevision();
        return switch (kind) {
            case RENEWER, WANT ->
                new Kept.Holder(entry.key(), revision, entry.value().text(), entry.lease());
            case SESSION, MEMBER, ENDING, WISH, INTENT -> readSealed(kind, entry);
        };
    }

    private Kept readSealed(Kind kind, Etcd.Entry entry) {
        try {
            byte[] clear = seal().open(entry.key(), entry.value());
            try {
                return kept(kind, entry, clear, !seal().isOfFirst(entry.value()));
            } finally {
                Arrays.fill(clear, (byte) 0);
            }
        } catch (Seal.Unopened | RuntimeException e) {
            warn(kind, e.getMessage());
            return new Kept.Unread(entry.key(), entry.modRevision());
        }
    }

    private Kept kept(Kind kind, Etcd.Entry entry, byte[] clear, boolean isOld) {
        if (kind == Kind.SESSION) {
            return session(entry, ByteBuffer.wrap(clear), isOld);
        }
        Note note = switch (kind) {
            case MEMBER -> Note.presence(clear);
            case ENDING -> Note.finding(clear);
            case WISH -> Note.wished(clear);
            case INTENT -> Note.intent(clear);
            case SESSION, RENEWER, WANT -> throw new IllegalArgumentException("no note");
        };
        return new Kept.Noted(entry.key(), entry.modRevision(), note, isOld);
    }

    private Kept session(Etcd.Entry entry, ByteBuffer clear, boolean isOld) {
        AccountName account = nameOf(clear);
        if (!keys.session(keys.id(account)).equals(entry.key())) {
            throw new IllegalArgumentException("it is another account's");
        }
        Instant writtenAt = Instant.ofEpochMilli(clear.getLong(1));
        return new Kept.Session(entry.key(), entry.modRevision(), entry.value(), writtenAt, isOld, account);
    }

    /** Once: where one key is missing, there are as many such records as there are logins. */
    private void warn(Kind kind, @Nullable String reason) {
        if (!hasWarned) {
            hasWarned = true;
            log.warn(
                    "a shared record of kind {} cannot be read here, and maybe others: {}; put the keys of the fleet into"
                            + " state.shared.fleet-key, one a line, and restart ('iam-broker status --fleet' counts them)",
                    kind.name().toLowerCase(Locale.ROOT),
                    reason);
        }
    }
}
