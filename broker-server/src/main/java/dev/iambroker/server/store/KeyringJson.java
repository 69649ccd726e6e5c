package dev.iambroker.server.store;

import dev.iambroker.server.json.JsonTree;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the file {@code keyring} holds, open or locked, as JSON. Members that are not known are passed over. Nothing here is mapped by
 * reflection: every start reads a keyring, and the code that reflection makes for it would be a tenth of the start.
 */
final class KeyringJson {
    private static final JsonTree JSON = JsonTree.plain();
    private static final String FORMAT = "format";
    private static final String SLOTS = "slots";
    private static final String AUDIT = "audit";
    private static final String AUDIT_MARK = "audit_mark";
    private static final String PREVIOUS = "previous";
    private static final String LOCKED = "locked";
    private static final String TRIES = "tries";
    private static final String COUNT = "count";
    private static final String LAST = "last";
    private static final String KIND = "kind";
    private static final String SALT = "salt";
    private static final String COST = "cost";
    private static final String NONCE = "nonce";
    private static final String WRAPPED = "wrapped";
    private static final String SEALED = "sealed";
    private static final String KEYRING = "keyring";
    private static final String MEMORY_KIB = "memory_kib";
    private static final String ITERATIONS = "iterations";
    private static final String PARALLELISM = "parallelism";

    private KeyringJson() {}

    /** Null where the content is no keyring, of any format; of what it holds only the types are checked. */
    static @Nullable Keyring keyring(byte[] content) {
        return read(content, KeyringJson::keyring);
    }

    /** Null where the content is no lock, of any format; of what it holds only the types are checked. */
    static @Nullable LockFile lock(byte[] content) {
        return read(content, KeyringJson::lock);
    }

    private static <T> @Nullable T read(byte[] content, Function<JsonNode, @Nullable T> reader) {
        try {
            return reader.apply(JSON.read(content));
        } catch (JacksonException | IllegalArgumentException e) {
            // What it quotes could be key material.
            return null;
        }
    }

    private static Keyring keyring(JsonNode node) {
        return new Keyring(
                number(node, FORMAT),
                slots(node.required(SLOTS)),
                optional(node, AUDIT, KeyringJson::slots),
                optional(node, AUDIT_MARK, KeyringJson::mark),
                optional(node, PREVIOUS, KeyringJson::sealedKey));
    }

    private static @Nullable LockFile lock(JsonNode node) {
        // Nearly every start finds a keyring here.
        return !node.has(LOCKED)
                ? null
                : new LockFile(
                        number(node, FORMAT),
                        slots(node.required(AUDIT)),
                        optional(node, AUDIT_MARK, KeyringJson::mark),
                        seal(node.required(LOCKED)),
                        optional(node, TRIES, KeyringJson::refused));
    }

    private static LockFile.Seal seal(JsonNode node) {
        return new LockFile.Seal(text(node, SALT), cost(node.required(COST)), text(node, NONCE), text(node, KEYRING));
    }

    private static LockFile.Refused refused(JsonNode node) {
        return new LockFile.Refused(number(node, COUNT), node.required(LAST).longValue());
    }

    private static List<KeySlot> slots(JsonNode node) {
        return node.asArray().valueStream().map(KeyringJson::slot).toList();
    }

    private static KeySlot slot(JsonNode node) {
        return new KeySlot(
                KeySlot.Kind.valueOf(text(node, KIND)),
                text(node, SALT),
                optional(node, COST, KeyringJson::cost),
                text(node, NONCE),
                text(node, WRAPPED));
    }

    private static Argon2Cost cost(JsonNode node) {
        return new Argon2Cost(number(node, MEMORY_KIB), number(node, ITERATIONS), number(node, PARALLELISM));
    }

    private static AuditMark mark(JsonNode node) {
        return new AuditMark(text(node, NONCE), text(node, SEALED));
    }

    private static SealedKey sealedKey(JsonNode node) {
        return new SealedKey(text(node, NONCE), text(node, SEALED));
    }

    private static <T> @Nullable T optional(JsonNode node, String name, Function<JsonNode, T> reader) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : reader.apply(value);
    }

    private static String text(JsonNode node, String name) {
        return node.required(name).stringValue();
    }

    private static int number(JsonNode node, String name) {
        return node.required(name).intValue();
    }

    static byte[] write(Keyring keyring) {
        ObjectNode root = JsonTree.object();
        root.put(FORMAT, keyring.format());
        write(keyring.slots(), root.putArray(SLOTS));
        if (keyring.audit() != null) {
            write(keyring.audit(), root.putArray(AUDIT));
        }
        write(keyring.mark(), root);
        if (keyring.previous() != null) {
            root.putObject(PREVIOUS)
                    .put(NONCE, keyring.previous().nonce())
                    .put(SEALED, keyring.previous().sealed());
        }
        return JSON.write(root);
    }

    static byte[] write(LockFile lock) {
        ObjectNode root = JsonTree.object();
        root.put(FORMAT, lock.format());
        write(lock.audit(), root.putArray(AUDIT));
        write(lock.mark(), root);
        write(lock.locked(), root.putObject(LOCKED));
        if (lock.tries() != null) {
            root.putObject(TRIES)
                    .put(COUNT, lock.tries().count())
                    .put(LAST, lock.tries().last());
        }
        return JSON.write(root);
    }

    private static void write(LockFile.Seal seal, ObjectNode node) {
        node.put(SALT, seal.salt());
        write(seal.cost(), node);
        node.put(NONCE, seal.nonce());
        node.put(KEYRING, seal.keyring());
    }

    private static void write(List<KeySlot> slots, ArrayNode array) {
        slots.forEach(slot -> write(slot, array.addObject()));
    }

    private static void write(KeySlot slot, ObjectNode node) {
        node.put(KIND, slot.kind().name());
        node.put(SALT, slot.salt());
        write(slot.cost(), node);
        node.put(NONCE, slot.nonce());
        node.put(WRAPPED, slot.wrapped());
    }

    private static void write(@Nullable Argon2Cost cost, ObjectNode node) {
        if (cost == null) {
            node.putNull(COST);
            return;
        }
        node.putObject(COST)
                .put(MEMORY_KIB, cost.memoryKib())
                .put(ITERATIONS, cost.iterations())
                .put(PARALLELISM, cost.parallelism());
    }

    private static void write(@Nullable AuditMark mark, ObjectNode node) {
        if (mark != null) {
            node.putObject(AUDIT_MARK).put(NONCE, mark.nonce()).put(SEALED, mark.sealed());
        }
    }
}
