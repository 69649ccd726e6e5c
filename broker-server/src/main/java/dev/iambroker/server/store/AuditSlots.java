package dev.iambroker.server.store;

import dev.iambroker.server.store.KeySlot.Holds;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The key of the audit log in the keyring. It has slots of its own, so that the configured keys alone open it, whatever
 * the data key is sealed by besides, and a rotation of the data key leaves what was proved before provable.
 */
final class AuditSlots {
    private AuditSlots() {}

    /** The key, null where none of {@code keys} opens a slot. */
    static @Nullable SecretKey open(List<KeySlot> slots, List<PresentedKey> keys) {
        for (PresentedKey key : keys) {
            KeySlot slot = slotOf(slots, key, Holds.AUDIT_KEY);
            SecretKey opened = slot == null ? null : slot.unwrap(key, Holds.AUDIT_KEY);
            if (opened != null) {
                return opened;
            }
        }
        return null;
    }

    /** Whether whoever wrote a slot that one of {@code keys} opens kept a mark beside it. */
    static boolean areMarked(List<KeySlot> slots, List<PresentedKey> keys) {
        return slots.stream().anyMatch(slot -> keys.stream().anyMatch(key -> slot.isMarked(key, Holds.AUDIT_KEY)));
    }

    /**
     * One slot for each of {@code keys}, those that exist as they are unless an older broker wrote them.
     *
     * @param existing what there was before
     * @param dataSlots the slots of the data key, whose salts are shared
     */
    static List<KeySlot> settled(
            List<KeySlot> existing,
            List<PresentedKey> keys,
            List<KeySlot> dataSlots,
            SecretKey auditKey,
            SecureRandom random) {
        List<KeySlot> settled = new ArrayList<>();
        for (PresentedKey key : keys) {
            KeySlot mine = slotOf(existing, key, Holds.AUDIT_KEY);
            KeySlot neighbour = slotOf(dataSlots, key, Holds.DATA_KEY);
            settled.add(
                    mine != null && mine.isMarked(key, Holds.AUDIT_KEY)
                            ? mine
                            : KeySlot.wrapAudit(key, neighbour, auditKey, random));
        }
        return settled;
    }

    private static @Nullable KeySlot slotOf(List<KeySlot> slots, PresentedKey key, Holds what) {
        return slots.stream()
                .filter(slot -> slot.unwrap(key, what) != null)
                .findFirst()
                .orElse(null);
    }
}
