package dev.iambroker.credential;

import org.jspecify.annotations.Nullable;

/**
 * As much JSON as the client needs: is a text one whole object, and what do two members of a problem (RFC 9457) say.
 * Only the members at the top level are the problem's own.
 */
final class Problem {

    /** An ExecCredential has 3; the limit bounds the recursion. */
    private static final int DEPTH_MAX = 32;

    private static final String LETTERS = "\"\\/bfnrt";
    private static final String MEANT = "\"\\/\b\f\n\r\t";

    private final byte[] in;
    private final int end;
    private int next;
    private final Text key = new Text();
    private @Nullable Text detail;
    private @Nullable Text hint;

    private Problem(byte[] in, int from, int end) {
        this.in = in;
        this.next = from;
        this.end = end;
    }

    /** The problem in these bytes, or null when they are not one complete JSON object. */
    static @Nullable Problem read(byte[] in, int from, int end) {
        Problem problem = new Problem(in, from, end);
        problem.skipSpace();
        if (!problem.readObject(1)) {
            return null;
        }
        problem.skipSpace();
        return problem.next == end ? problem : null;
    }

    @Nullable
    Text detail() {
        return detail;
    }

    @Nullable
    Text hint() {
        return hint;
    }

    private void skipSpace() {
        while (next < end && " \t\n\r".indexOf(in[next]) >= 0) {
            next++;
        }
    }

    private boolean take(char expected) {
        if (next == end || in[next] != expected) {
            return false;
        }
        next++;
        return true;
    }

    private boolean readObject(int depth) {
        if (depth > DEPTH_MAX || !take('{')) {
            return false;
        }
        skipSpace();
        if (take('}')) {
            return true;
        }
        do {
            if (!readMember(depth)) {
                return false;
            }
            skipSpace();
        } while (take(','));
        return take('}');
    }

    private boolean readMember(int depth) {
        skipSpace();
        if (!readString(key)) {
            return false;
        }
        skipSpace();
        if (!take(':')) {
            return false;
        }
        skipSpace();
        if (depth > 1 || next == end || in[next] != '"') {
            return skipValue(depth);
        }
        return readString(member());
    }

    /** Where to keep the string that follows the key just read; null when nobody asks for it. */
    private @Nullable Text member() {
        if (key.is("detail")) {
            detail = new Text();
            return detail;
        }
        if (key.is("hint")) {
            hint = new Text();
            return hint;
        }
        return null;
    }

    private boolean skipArray(int depth) {
        if (depth > DEPTH_MAX || !take('[')) {
            return false;
        }
        skipSpace();
        if (take(']')) {
            return true;
        }
        do {
            skipSpace();
            if (!skipValue(depth)) {
                return false;
            }
            skipSpace();
        } while (take(','));
        return take(']');
    }

    private boolean skipValue(int depth) {
        if (next == end) {
            return false;
        }
        return switch (in[next]) {
            case '{' -> readObject(depth + 1);
            case '[' -> skipArray(depth + 1);
            case '"' -> readString(null);
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> skipWord("null");
            default -> skipNumber();
        };
    }

    private boolean skipWord(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!take(word.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean skipNumber() {
        int start = next;
        while (next < end && "+-.0123456789eE".indexOf(in[next]) >= 0) {
            next++;
        }
        return next > start;
    }

    /** A string, decoded into {@code out} unless that is null. */
    private boolean readString(@Nullable Text out) {
        if (out != null) {
            out.clear();
        }
        if (!take('"')) {
            return false;
        }
        while (next < end) {
            byte c = in[next++];
            if (c == '"') {
                return true;
            }
            if ((c & 0xFF) < 0x20 || (c == '\\' && !readEscape(out))) {
                return false;
            }
            if (c != '\\' && out != null) {
                out.putByte(c);
            }
        }
        return false;
    }

    private boolean readEscape(@Nullable Text out) {
        if (next == end) {
            return false;
        }
        byte letter = in[next++];
        if (letter == 'u') {
            return readUnicode(out);
        }
        int known = LETTERS.indexOf(letter);
        if (known < 0) {
            return false;
        }
        put(out, MEANT.charAt(known));
        return true;
    }

    /** After a backslash and u: one code unit, or a pair of surrogates; a surrogate alone becomes U+FFFD. */
    private boolean readUnicode(@Nullable Text out) {
        int unit = readHex4();
        if (unit < 0) {
            return false;
        }
        if (unit < 0xD800 || unit > 0xDFFF) {
            put(out, unit);
            return true;
        }
        int back = next;
        int low = unit <= 0xDBFF && take('\\') && take('u') ? readHex4() : -1;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            put(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            return true;
        }
        next = back;
        put(out, 0xFFFD);
        return true;
    }

    private static void put(@Nullable Text out, int point) {
        if (out != null) {
            out.putPoint(point);
        }
    }

    private int readHex4() {
        if (end - next < 4) {
            return -1;
        }
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            byte c = in[next++];
            int digit = c < 0 ? -1 : Character.digit(c, 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }
}
