package dev.iambroker.server.http;

/** The opaque tag of a token, quoted on the wire (RFC 9110 section 8.8.3). */
final class EntityTag {
    private EntityTag() {}

    /** {@code tag} itself, known to be safe between quotes. */
    static String checked(String tag) {
        boolean safe = !tag.isEmpty() && tag.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"');
        if (!safe) {
            throw new IllegalArgumentException("an entity tag is visible ASCII without quotes");
        }
        return tag;
    }

    /** The tag as the broker knows it, from one that a client copied with or without its quotes. */
    static String unquoted(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
