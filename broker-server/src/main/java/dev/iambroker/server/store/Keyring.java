package dev.iambroker.server.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code keyring}: one slot for each key that opens the store.
 *
 * @param slots of the data key, which seals the sessions
 * @param audit slots of the key that proves the audit log, for the same wrapping keys; null where an older broker wrote it
 * @param mark whether an audit log was ever begun; null only where an older broker wrote it
 * @param previous the data key that sessions were sealed with before, itself sealed under the data key; null unless a
 *     rotation has begun and not ended
 */
record Keyring(
        int format,
        List<KeySlot> slots,
        @Nullable List<KeySlot> audit,
        @Nullable AuditMark mark,
        @Nullable SealedKey previous) {
    static final String FILE = "keyring";
    private static final int FORMAT = 1;

    Keyring {
        slots = List.copyOf(slots);
        audit = audit == null ? null : List.copyOf(audit);
    }

    static Keyring of(
            List<KeySlot> slots, List<KeySlot> audit, @Nullable AuditMark mark, @Nullable SealedKey previous) {
        return new Keyring(FORMAT, slots, audit, mark, previous);
    }

    Keyring with(@Nullable AuditMark other) {
        return new Keyring(format, slots, audit, other, previous);
    }

    /** Null where the content is not a keyring of this format. */
    static @Nullable Keyring parse(byte[] content) {
        Keyring keyring = KeyringJson.keyring(content);
        return keyring != null && keyring.isWellFormed() ? keyring : null;
    }

    private boolean isWellFormed() {
        return format == FORMAT
                && areWellFormed(slots)
                && (audit == null || areWellFormed(audit))
                && (previous == null || previous.isWellFormed());
    }

    private static boolean areWellFormed(List<KeySlot> slots) {
        return !slots.isEmpty() && slots.stream().allMatch(KeySlot::isWellFormed);
    }

    byte[] content() {
        return KeyringJson.write(this);
    }
}
