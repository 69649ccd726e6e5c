package dev.iambroker.credential;

import org.jspecify.annotations.Nullable;

/** Status line and headers of an answer. */
final class Head {

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private final byte[] in;
    private int length;
    private int status;
    private int bodyLength = -1;

    private Head(byte[] in) {
        this.in = in;
    }

    /** The head at the start of the first {@code available} bytes, or null when it is not complete yet. */
    static @Nullable Head read(byte[] in, int available) throws BadAnswer {
        Head head = new Head(in);
        return head.readLines(Math.min(available, Answer.HEAD_MAX)) ? head : null;
    }

    /** In bytes, with its empty line. */
    int length() {
        return length;
    }

    int status() {
        return status;
    }

    /** -1 when the answer does not say. */
    int bodyLength() {
        return bodyLength;
    }

    private boolean readLines(int limit) throws BadAnswer {
        while (true) {
            int start = length;
            int feed = indexOf('\n', start, limit);
            if (feed < 0 && limit == Answer.HEAD_MAX) {
                throw new BadAnswer("its head is too large");
            }
            if (feed < 0) {
                return false;
            }
            length = feed + 1;
            if (feed == start || in[feed - 1] != '\r' || hasControl(start, feed - 1)) {
                throw new BadAnswer("a line of its head is malformed");
            }
            if (start == 0) {
                readStatus(feed - 1);
            } else if (feed - 1 == start) {
                return true;
            } else {
                readHeader(start, feed - 1);
            }
        }
    }

    private int indexOf(char wanted, int from, int end) {
        for (int i = from; i < end; i++) {
            if (in[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private boolean hasControl(int from, int end) {
        for (int i = from; i < end; i++) {
            int c = in[i] & 0xFF;
            if ((c < 0x20 && c != '\t') || c == 0x7F) {
                return true;
            }
        }
        return false;
    }

    /** "HTTP/1.1 200 OK": the version, a final status, and a reason that nobody reads. */
    private void readStatus(int end) throws BadAnswer {
        boolean known = end >= 12 && startsWith("HTTP/1.") && (in[7] == '0' || in[7] == '1') && in[8] == ' ';
        if (known && isDigit(in[9]) && isDigit(in[10]) && isDigit(in[11]) && (end == 12 || in[12] == ' ')) {
            status = (in[9] - '0') * 100 + (in[10] - '0') * 10 + (in[11] - '0');
        }
        if (status < 200 || status > 599) {
            throw new BadAnswer("its status line is malformed");
        }
    }

    private boolean startsWith(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            if (in[i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private void readHeader(int start, int end) throws BadAnswer {
        int colon = indexOf(':', start, end);
        if (colon < 0 || !isToken(start, colon)) {
            throw new BadAnswer("a header line is malformed");
        }
        if (isNamed(start, colon, "transfer-encoding")) {
            throw new BadAnswer("it has a transfer encoding");
        }
        if (isNamed(start, colon, "content-length")) {
            readLength(skipBlanks(colon + 1, end), trimBlanks(colon + 1, end));
        }
    }

    private boolean isToken(int from, int end) {
        for (int i = from; i < end; i++) {
            byte c = in[i];
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !isDigit(c) && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return end > from;
    }

    private boolean isNamed(int from, int end, String lowerCase) {
        if (end - from != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            byte c = in[from + i];
            int lower = c >= 'A' && c <= 'Z' ? c + 32 : c;
            if (lower != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int skipBlanks(int from, int end) {
        int at = from;
        while (at < end && isBlank(in[at])) {
            at++;
        }
        return at;
    }

    private int trimBlanks(int from, int end) {
        int at = end;
        while (at > from && isBlank(in[at - 1])) {
            at--;
        }
        return at;
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }

    /** RFC 9112 6.3: a length that cannot be trusted to the digit is no length. */
    private void readLength(int from, int end) throws BadAnswer {
        if (bodyLength >= 0) {
            throw new BadAnswer("it has two lengths");
        }
        if (end <= from || end - from > 9) {
            throw new BadAnswer("its length is no number below the limit");
        }
        int number = 0;
        for (int i = from; i < end; i++) {
            if (!isDigit(in[i])) {
                throw new BadAnswer("its length is no number below the limit");
            }
            number = number * 10 + (in[i] - '0');
        }
        if (number > Answer.BODY_MAX) {
            throw new BadAnswer("it is too large");
        }
        bodyLength = number;
    }
}
