package dev.iambroker.credential;

import java.nio.charset.StandardCharsets;

/** One line of text, built from constants of ours and from text that somebody else wrote. */
final class Line {

    /** Two texts at their limit, each with the longest sentence of ours around it, fit. */
    private static final int SIZE = 4096;

    /** Bytes taken of one foreign text: a reason is read by a person. */
    static final int TEXT_MAX = 1024;

    private final byte[] bytes = new byte[SIZE];
    private int length;

    /** Appends a constant of ours as it is; what does not fit is dropped. */
    Line add(String constant) {
        byte[] added = constant.getBytes(StandardCharsets.UTF_8);
        return addBytes(added, 0, added.length);
    }

    Line add(Line other) {
        return addBytes(other.bytes, 0, other.length);
    }

    Line number(int number) {
        return add(Integer.toString(number));
    }

    Line text(String foreign) {
        byte[] added = foreign.getBytes(StandardCharsets.UTF_8);
        return text(added, added.length);
    }

    /**
     * Appends foreign text so that it cannot drive the terminal or start a second line: tabs and line ends become
     * spaces, other control characters and invisible directions of writing vanish, what is no UTF-8 becomes '?'.
     */
    Line text(byte[] foreign, int foreignLength) {
        int end = Math.min(foreignLength, TEXT_MAX);
        int at = 0;
        while (at < end) {
            int taken = Utf8.sequence(foreign, at, end);
            if (taken == 0) {
                add("?");
                at++;
                continue;
            }
            addVisible(foreign, at, taken);
            at += taken;
        }
        return this;
    }

    private void addVisible(byte[] foreign, int at, int taken) {
        int point = Utf8.point(foreign, at, taken);
        if (point == '\t' || point == '\n' || point == '\r') {
            add(" ");
            return;
        }
        if (!Utf8.isHidden(point)) {
            addBytes(foreign, at, taken);
        }
    }

    /** Appends a query value of ASCII characters, percent-encoded but for the unreserved characters of RFC 3986. */
    Line encoded(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isUnreserved(c)) {
                addByte((byte) c);
                continue;
            }
            addByte((byte) '%');
            addByte((byte) "0123456789ABCDEF".charAt(c >> 4 & 15));
            addByte((byte) "0123456789ABCDEF".charAt(c & 15));
        }
        return this;
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }

    private void addByte(byte added) {
        if (length < SIZE) {
            bytes[length++] = added;
        }
    }

    private Line addBytes(byte[] added, int from, int count) {
        int taken = Math.min(count, SIZE - length);
        System.arraycopy(added, from, bytes, length, taken);
        length += taken;
        return this;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
