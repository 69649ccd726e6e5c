package dev.iambroker.credential;

/** The decoded UTF-8 bytes of a JSON string; what is beyond {@link Line#TEXT_MAX} is dropped. */
final class Text {

    private final byte[] bytes = new byte[Line.TEXT_MAX];
    private int length;

    void clear() {
        length = 0;
    }

    void putByte(int added) {
        if (length < bytes.length) {
            bytes[length++] = (byte) added;
        }
    }

    void putPoint(int point) {
        if (point < 0x80) {
            putByte(point);
            return;
        }
        if (point < 0x800) {
            putByte(0xC0 | point >> 6);
        } else if (point < 0x10000) {
            putByte(0xE0 | point >> 12);
            putByte(0x80 | (point >> 6 & 0x3F));
        } else {
            putByte(0xF0 | point >> 18);
            putByte(0x80 | (point >> 12 & 0x3F));
            putByte(0x80 | (point >> 6 & 0x3F));
        }
        putByte(0x80 | (point & 0x3F));
    }

    boolean isEmpty() {
        return length == 0;
    }

    boolean is(String ascii) {
        return length == ascii.length() && startsWith(ascii);
    }

    private boolean startsWith(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            if (bytes[i] != (byte) ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean contains(Text other) {
        for (int from = 0; from + other.length <= length; from++) {
            if (holdsAt(from, other)) {
                return true;
            }
        }
        return false;
    }

    private boolean holdsAt(int from, Text other) {
        for (int i = 0; i < other.length; i++) {
            if (bytes[from + i] != other.bytes[i]) {
                return false;
            }
        }
        return true;
    }

    void appendTo(Line line) {
        line.text(bytes, length);
    }
}
