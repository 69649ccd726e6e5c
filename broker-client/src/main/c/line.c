#include "line.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static void add_bytes(struct line *line, const char *bytes, size_t length) {
    size_t room = LINE_SIZE - line->length;
    size_t taken = length < room ? length : room;
    memcpy(line->bytes + line->length, bytes, taken);
    line->length += taken;
}

void line_add(struct line *line, const char *constant) {
    add_bytes(line, constant, strlen(constant));
}

void line_number(struct line *line, size_t number) {
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    add_bytes(line, digits + at, sizeof digits - at);
}

/* The length of the UTF-8 sequence that starts here (RFC 3629: no overlong forms, no surrogates), 0 when there is none. */
static size_t sequence(const unsigned char *in, size_t left, uint32_t *point) {
    if (in[0] < 0x80) {
        *point = in[0];
        return 1;
    }
    size_t length = in[0] >= 0xF0 ? 4 : in[0] >= 0xE0 ? 3 : 2;
    if (in[0] < 0xC2 || in[0] > 0xF4 || length > left) {
        return 0;
    }
    uint32_t value = in[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((in[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (in[i] & 0x3Fu);
    }
    uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *point = value;
    return length;
}

/* C0, DEL and C1; zero-width and direction marks, line separators, tags: all that changes a line without being seen. */
static bool is_hidden(uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0xAD || point == 0x61C ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || (point >= 0xE0000 && point <= 0xE0FFF);
}

void line_text(struct line *line, const char *bytes, size_t length) {
    const unsigned char *in = (const unsigned char *)bytes;
    size_t end = length < TEXT_MAX ? length : TEXT_MAX;
    for (size_t at = 0; at < end;) {
        uint32_t point = 0;
        size_t taken = sequence(in + at, end - at, &point);
        if (taken == 0) {
            add_bytes(line, "?", 1);
            at++;
            continue;
        }
        if (point == '\t' || point == '\n' || point == '\r') {
            add_bytes(line, " ", 1);
        } else if (!is_hidden(point)) {
            add_bytes(line, bytes + at, taken);
        }
        at += taken;
    }
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void line_encoded(struct line *line, const char *value) {
    static const char HEX[] = "0123456789ABCDEF";
    for (; *value != '\0'; value++) {
        if (is_unreserved(*value)) {
            add_bytes(line, value, 1);
            continue;
        }
        unsigned char byte = (unsigned char)*value;
        char escaped[] = {'%', HEX[byte >> 4], HEX[byte & 15]};
        add_bytes(line, escaped, sizeof escaped);
    }
}

bool write_all(int descriptor, const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        ssize_t written = write(descriptor, next, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        next += written;
        length -= (size_t)written;
    }
    return true;
}
