package dev.iambroker.server.http;

/** Which bytes may stand where (RFC 9110, RFC 9112, RFC 3986). Characters are bytes read as ISO 8859-1. */
final class Syntax {
    private static final boolean[] TOKEN = table("!#$%&'*+-.^_`|~");
    private static final boolean[] TARGET = table("-._~!$&'()*+,;=:@/?%[]");
    private static final boolean[] HOST = table("-._~!$&'()*+,;=%");
    private static final boolean[] IP_LITERAL = table(":.");

    private Syntax() {}

    static boolean isToken(String text, int from, int to) {
        return from < to && all(TOKEN, text, from, to);
    }

    /** Whether every byte may stand in the path and query of a request target. */
    static boolean isTarget(String text) {
        return all(TARGET, text, 0, text.length());
    }

    /** Visible characters, spaces, tabs and the bytes above ASCII; no other control character. */
    static boolean isFieldValue(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code text} is {@code uri-host [ ":" port ]}; an empty host is one. */
    static boolean isHost(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : endOfName(text);
        boolean hostFits =
                text.startsWith("[") ? end > 2 && all(IP_LITERAL, text, 1, end - 1) : all(HOST, text, 0, end);
        return hostFits && isPortSuffix(text, end);
    }

    static boolean isDigits(String text, int from, int to) {
        return from < to && text.chars().skip(from).limit((long) to - from).allMatch(c -> c >= '0' && c <= '9');
    }

    private static int endOfName(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? text.length() : colon;
    }

    private static boolean isPortSuffix(String text, int from) {
        if (from == text.length()) {
            return true;
        }
        return text.charAt(from) == ':' && text.length() - from <= 6 && isDigits(text, from + 1, text.length());
    }

    private static boolean all(boolean[] allowed, String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= allowed.length || !allowed[c]) {
                return false;
            }
        }
        return true;
    }

    private static boolean[] table(String punctuation) {
        boolean[] allowed = new boolean[128];
        for (char c = 0; c < allowed.length; c++) {
            allowed[c] = isAlphanumeric(c) || punctuation.indexOf(c) >= 0;
        }
        return allowed;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
