package dev.iambroker.emulator.settings;

/** What becomes of a refresh token once it was used. Every refresh answers with a fresh one in all three. */
public enum Rotation {
    /** Nothing: all stay good until they expire. */
    OFF,
    /** It stays good until one of its successors has been used. */
    OVERLAPPING,
    /** It is dead at once: BXNIM0407E. */
    STRICT
}
