package dev.iambroker.server.cli;

/**
 * What a text for people is laid out for.
 *
 * @param columns beyond which a line would be broken
 */
record Sheet(Palette palette, int columns) {
    static Sheet of(Surroundings around) {
        return new Sheet(Palette.of(around), Screen.of(around).columns());
    }
}
