package dev.iambroker.credential;

/** UTF-8 as RFC 3629 has it: no overlong forms, no surrogates. */
final class Utf8 {

    private Utf8() {}

    /** The length of the sequence that starts at {@code at}, 0 when there is none before {@code end}. */
    static int sequence(byte[] in, int at, int end) {
        int first = in[at] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || length > end - at) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((in[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
        int point = point(in, at, length);
        return point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF) ? 0 : length;
    }

    /** The code point of a sequence of that length. */
    static int point(byte[] in, int at, int length) {
        if (length == 1) {
            return in[at];
        }
        int value = in[at] & (0x7F >> length);
        for (int i = 1; i < length; i++) {
            value = value << 6 | (in[at + i] & 0x3F);
        }
        return value;
    }

    /** C0, DEL and C1; zero-width and direction marks, line separators, tags: all that changes a line without being seen. */
    static boolean isHidden(int point) {
        return point < 0x20
                || within(point, 0x7F, 0x9F)
                || point == 0xAD
                || point == 0x61C
                || within(point, 0x200B, 0x200F)
                || within(point, 0x2028, 0x202E)
                || within(point, 0x2060, 0x206F)
                || point == 0xFEFF
                || within(point, 0xE0000, 0xE0FFF);
    }

    private static boolean within(int point, int first, int last) {
        return point >= first && point <= last;
    }
}
