package dev.iambroker.emulator.settings;

/** What becomes of a refresh token once it was used. Every refresh answers with a fresh one in all of them. */
public enum Rotation {
    /** Nothing: all stay good until they expire. */
    OFF,
    /** It stays good until one of its successors has been used. */
    OVERLAPPING,
    /** It is dead at once: BXNIM0407E. */
    STRICT,
    /** As {@link #STRICT}, and whoever presents it again ends its session: BXNIM0439E for all that came of it (RFC 9700, 4.14.2). */
    STRICT_FAMILY
}
