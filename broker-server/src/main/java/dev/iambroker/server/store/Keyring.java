package dev.iambroker.server.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The file {@code keyring}: one slot for each key that opens the store. */
record Keyring(
        @JsonProperty("format") int format,
        @JsonProperty("slots") List<KeySlot> slots) {
    static final String FILE = "keyring";
    private static final int FORMAT = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    Keyring {
        slots = List.copyOf(slots);
    }

    static Keyring of(List<KeySlot> slots) {
        return new Keyring(FORMAT, slots);
    }

    /** Null where the content is not a keyring of this format. */
    static @Nullable Keyring parse(byte[] content) {
        try {
            Keyring keyring = JSON.readValue(content, Keyring.class);
            return keyring != null && keyring.isWellFormed() ? keyring : null;
        } catch (JacksonException | NullPointerException e) {
            // What it quotes could be key material, and a missing list fails in the constructor above.
            return null;
        }
    }

    private boolean isWellFormed() {
        return format == FORMAT && !slots.isEmpty() && slots.stream().allMatch(KeySlot::isWellFormed);
    }

    byte[] content() {
        return JSON.writeValueAsBytes(this);
    }
}
