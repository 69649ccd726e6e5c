package dev.iambroker.server.store;

import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.server.store.KeySlot.Holds;
import dev.iambroker.store.StoreFailure;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From configured keys to those of the store, once at start. A first start makes the data key; later ones open it or refuse,
 * and never make a new one over sessions that exist. Once open, the keyring is made to hold exactly the configured keys.
 */
final class KeyringOpening {
    private static final Logger log = LoggerFactory.getLogger(KeyringOpening.class);

    private final StateDirectory directory;
    private final SecureRandom random;
    private final List<PresentedKey> presented = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    /** Every key that could be read, those with a slot included. */
    private List<PresentedKey> readable = List.of();

    private @Nullable SecretKey dataKey;

    /** Whether who wrote the keyring kept an {@link AuditMark} in it. */
    private boolean isMarkExpected;

    private @Nullable AuditMark mark;

    private KeyringOpening(StateDirectory directory, SecureRandom random) {
        this.directory = directory;
        this.random = random;
    }

    /** @param content of the keyring; null where there is none */
    static StoreKeys open(
            StateDirectory directory, byte @Nullable [] content, List<WrappingKey> configured, SecureRandom random) {
        var opening = new KeyringOpening(directory, random);
        return content == null ? opening.create(configured) : opening.unlock(content, configured);
    }

    /** The keys as they are, and a keyring with another data key in their place; writes nothing of it. */
    record Renewal(StoreKeys keys, Keyring renewed, SecretKey newData) {}

    /**
     * Opens the keyring and makes one with a new data key, the old one in it.
     *
     * @throws StoreFailure also if any configured key cannot be read: the new data key would not open by it
     */
    static Renewal renewal(StateDirectory directory, List<WrappingKey> configured, SecureRandom random) {
        var opening = new KeyringOpening(directory, random);
        byte[] content = directory.read(directory.root().resolve(Keyring.FILE));
        if (content == null) {
            throw new StoreFailure(
                    opening.keyringPath() + " is missing: there is no store here, name another state.dir");
        }
        if (LockFile.parse(content) != null) {
            throw new StoreFailure("the store is locked: start the daemon, run 'iam-broker unlock' and stop it first");
        }
        StoreKeys keys = opening.unlock(content, configured);
        return opening.renewal(keys);
    }

    /**
     * The key of the audit log alone, from a store that is locked, and its mark.
     *
     * @throws StoreFailure if no configured key opens it
     */
    static Audit audit(StateDirectory directory, LockFile locked, List<WrappingKey> configured, SecureRandom random) {
        var opening = new KeyringOpening(directory, random);
        opening.present(configured);
        PresentedKey generated = GeneratedKey.in(directory);
        if (generated != null) {
            opening.presented.add(generated);
        }
        SecretKey key = AuditSlots.open(locked.audit(), opening.presented);
        if (key == null) {
            throw opening.noKeyOpens();
        }
        boolean isExpected = AuditSlots.areMarked(locked.audit(), opening.presented);
        return new Audit(key, AuditMark.settled(locked.mark(), key, isExpected, directory, random));
    }

    /** What a locked store opens without its passphrase. */
    record Audit(SecretKey key, AuditMark mark) {}

    private Renewal renewal(StoreKeys keys) {
        if (!unreadable.isEmpty()) {
            throw new StoreFailure("cannot read every configured state key, and the new data key must open by each: "
                    + unreadableReasons());
        }
        SecretKey next = freshKey();
        List<KeySlot> slots = wrapped(readable, next);
        List<KeySlot> audit = AuditSlots.settled(List.of(), readable, slots, keys.audit(), random);
        return new Renewal(keys, Keyring.of(slots, audit, mark, SealedKey.seal(keys.data(), next, random)), next);
    }

    private StoreKeys create(List<WrappingKey> configured) {
        if (directory.holdsSessions()) {
            throw new StoreFailure(
                    keyringPath() + " is missing but there are sessions: restore it from a backup, or move "
                            + directory.sessions() + " away to begin anew; nothing was changed");
        }
        present(configured);
        if (configured.isEmpty()) {
            presented.add(GeneratedKey.inOrNew(directory, random));
        }
        if (!unreadable.isEmpty()) {
            throw new StoreFailure("cannot read every configured state key: " + unreadableReasons());
        }
        var keys = new StoreKeys(freshKey(), null, freshKey());
        List<KeySlot> slots = wrapped(presented, keys.data());
        List<KeySlot> audit = AuditSlots.settled(List.of(), presented, slots, keys.audit(), random);
        write(Keyring.of(slots, audit, AuditMark.ofNone(keys.audit(), random), null));
        return keys;
    }

    private List<KeySlot> wrapped(List<PresentedKey> keys, SecretKey dataKey) {
        return keys.stream().map(key -> KeySlot.wrap(key, dataKey, random)).toList();
    }

    private SecretKey freshKey() {
        return new SecretKeySpec(KeySlot.randomBytes(random, AesGcm.KEY_BYTES), AesGcm.ALGORITHM);
    }

    private StoreKeys unlock(byte[] content, List<WrappingKey> configured) {
        Keyring keyring = Keyring.parse(content);
        if (keyring == null) {
            throw damaged();
        }
        present(configured);
        PresentedKey generated = GeneratedKey.in(directory);
        if (configured.isEmpty() && generated != null) {
            presented.add(generated);
        }
        readable = List.copyOf(presented);
        List<KeySlot> wanted = slotsOf(keyring);
        SecretKey opened = dataKey == null ? byGenerated(keyring, generated) : dataKey;
        var keys = new StoreKeys(opened, previous(keyring, opened), auditKey(keyring, generated));
        Keyring settled = settle(keyring, wanted, keys);
        if (generated != null && slotOf(settled, generated) == null) {
            log.info("removing {}: the configured state keys have taken its place", generated.description());
            directory.remove(directory.root(), GeneratedKey.FILE);
        }
        return keys;
    }

    private StoreFailure damaged() {
        return new StoreFailure(
                keyringPath() + " is damaged or of a newer format: restore it from a backup, or move it and "
                        + directory.sessions() + " away to begin anew; nothing was changed");
    }

    private @Nullable SecretKey previous(Keyring keyring, SecretKey opened) {
        SealedKey sealed = keyring.previous();
        SecretKey previous = sealed == null ? null : sealed.open(opened);
        if (sealed != null && previous == null) {
            throw damaged();
        }
        return previous;
    }

    private SecretKey auditKey(Keyring keyring, @Nullable PresentedKey generated) {
        List<KeySlot> slots = keyring.audit();
        if (slots == null && !isMarkExpected) {
            return freshKey();
        }
        if (slots == null) {
            throw damaged();
        }
        List<PresentedKey> all = new ArrayList<>(readable);
        if (generated != null) {
            all.add(generated);
        }
        SecretKey key = AuditSlots.open(slots, all);
        if (key == null) {
            throw damaged();
        }
        isMarkExpected |= AuditSlots.areMarked(slots, all);
        return key;
    }

    private void present(List<WrappingKey> configured) {
        for (WrappingKey key : configured) {
            try {
                presented.add(PresentedKey.read(key));
            } catch (SecretUnavailable e) {
                unreadable.add(e.getMessage());
            }
        }
    }

    /** The slots that presented keys open; finds the data key on the way. */
    private List<KeySlot> slotsOf(Keyring keyring) {
        List<KeySlot> mine = new ArrayList<>();
        for (PresentedKey key : List.copyOf(presented)) {
            KeySlot slot = slotOf(keyring, key);
            if (slot != null) {
                mine.add(slot);
                presented.remove(key);
            }
        }
        return mine;
    }

    private @Nullable KeySlot slotOf(Keyring keyring, PresentedKey key) {
        for (KeySlot slot : keyring.slots()) {
            SecretKey unwrapped = slot.unwrap(key);
            if (unwrapped != null) {
                dataKey = unwrapped;
                isMarkExpected |= slot.isMarked(key, Holds.DATA_KEY);
                return slot;
            }
        }
        return null;
    }

    /** The way from the generated key to configured ones: it still lies there and opens. */
    private SecretKey byGenerated(Keyring keyring, @Nullable PresentedKey generated) {
        boolean opens = generated != null && slotOf(keyring, generated) != null;
        if (opens && dataKey != null) {
            return dataKey;
        }
        throw noKeyOpens();
    }

    private StoreFailure noKeyOpens() {
        return new StoreFailure("no configured state key opens " + keyringPath() + ", tried " + tried()
                + ": configure a key that it was made with; nothing was changed");
    }

    private String tried() {
        String readable = presented.stream().map(PresentedKey::description).collect(Collectors.joining(", "));
        String read = readable.isEmpty() ? "none" : readable;
        return unreadable.isEmpty() ? read : read + " (" + unreadableReasons() + ")";
    }

    private String unreadableReasons() {
        return String.join("; ", unreadable);
    }

    /** Adds slots for keys that have none; drops those of keys no longer configured, unless one of them could not be asked. */
    private Keyring settle(Keyring keyring, List<KeySlot> opened, StoreKeys keys) {
        List<KeySlot> settled = new ArrayList<>();
        for (KeySlot slot : unreadable.isEmpty() ? opened : keyring.slots()) {
            settled.add(current(slot, keys.data()));
        }
        for (PresentedKey newcomer : presented) {
            log.info("adding a slot for the state key from {} to {}", newcomer.description(), keyringPath());
            settled.add(KeySlot.wrap(newcomer, keys.data(), random));
        }
        if (!unreadable.isEmpty()) {
            log.warn("a state key cannot be read, another one opened the store: {}", unreadableReasons());
        }
        mark = AuditMark.settled(keyring.mark(), keys.audit(), isMarkExpected, directory, random);
        Keyring next = Keyring.of(settled, settledAudit(keyring, settled, keys.audit()), mark, keyring.previous());
        if (!Arrays.equals(next.content(), keyring.content())) {
            log.info(
                    "{} now has {} slots, before {}",
                    keyringPath(),
                    settled.size(),
                    keyring.slots().size());
            write(next);
        }
        return next;
    }

    /** A slot of an older broker's is made anew: from now on it says that there is a mark. */
    private KeySlot current(KeySlot slot, SecretKey data) {
        return readable.stream()
                .filter(key -> slot.unwrap(key) != null && !slot.isMarked(key, Holds.DATA_KEY))
                .findFirst()
                .map(key -> KeySlot.wrap(key, data, random))
                .orElse(slot);
    }

    private List<KeySlot> settledAudit(Keyring keyring, List<KeySlot> dataSlots, SecretKey auditKey) {
        List<KeySlot> existing = keyring.audit() == null ? List.of() : keyring.audit();
        List<KeySlot> mine = AuditSlots.settled(existing, readable, dataSlots, auditKey, random);
        if (unreadable.isEmpty()) {
            return mine;
        }
        List<KeySlot> all = new ArrayList<>(existing);
        mine.stream().filter(slot -> !existing.contains(slot)).forEach(all::add);
        return all;
    }

    private void write(Keyring keyring) {
        directory.replace(directory.root(), Keyring.FILE, keyring.content());
    }

    private String keyringPath() {
        return directory.root().resolve(Keyring.FILE).toString();
    }
}
