#include "json.h"

#include <stdint.h>
#include <string.h>

enum { DEPTH_MAX = 32 /* an ExecCredential has 3; the limit bounds the recursion */ };

struct reader {
    const char *next;
    const char *end;
};

static bool skip_value(struct reader *in, int depth);

static void skip_space(struct reader *in) {
    while (in->next < in->end &&
           (*in->next == ' ' || *in->next == '\t' || *in->next == '\n' || *in->next == '\r')) {
        in->next++;
    }
}

static bool take(struct reader *in, char expected) {
    if (in->next == in->end || *in->next != expected) {
        return false;
    }
    in->next++;
    return true;
}

static void put_byte(struct text *out, char byte) {
    if (out != NULL && out->length < TEXT_MAX) {
        out->bytes[out->length++] = byte;
    }
}

static void put_point(struct text *out, uint32_t point) {
    if (point < 0x80) {
        put_byte(out, (char)point);
        return;
    }
    if (point < 0x800) {
        put_byte(out, (char)(0xC0 | point >> 6));
    } else if (point < 0x10000) {
        put_byte(out, (char)(0xE0 | point >> 12));
        put_byte(out, (char)(0x80 | (point >> 6 & 0x3F)));
    } else {
        put_byte(out, (char)(0xF0 | point >> 18));
        put_byte(out, (char)(0x80 | (point >> 12 & 0x3F)));
        put_byte(out, (char)(0x80 | (point >> 6 & 0x3F)));
    }
    put_byte(out, (char)(0x80 | (point & 0x3F)));
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex4(struct reader *in, uint32_t *unit) {
    if (in->end - in->next < 4) {
        return false;
    }
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(*in->next++);
        if (digit < 0) {
            return false;
        }
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

/* After "\u": one code unit, or a pair of surrogates; a surrogate alone becomes U+FFFD. */
static bool read_unicode(struct reader *in, struct text *out) {
    uint32_t unit = 0;
    if (!read_hex4(in, &unit)) {
        return false;
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        put_point(out, unit);
        return true;
    }
    struct reader ahead = *in;
    uint32_t low = 0;
    if (unit <= 0xDBFF && take(&ahead, '\\') && take(&ahead, 'u') && read_hex4(&ahead, &low) && low >= 0xDC00 &&
        low <= 0xDFFF) {
        *in = ahead;
        put_point(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
        return true;
    }
    put_point(out, 0xFFFD);
    return true;
}

static bool read_escape(struct reader *in, struct text *out) {
    static const char LETTERS[] = "\"\\/bfnrt";
    static const char MEANT[] = "\"\\/\b\f\n\r\t";
    if (in->next == in->end) {
        return false;
    }
    char letter = *in->next++;
    if (letter == 'u') {
        return read_unicode(in, out);
    }
    const char *known = letter == '\0' ? NULL : strchr(LETTERS, letter);
    if (known == NULL) {
        return false;
    }
    put_byte(out, MEANT[known - LETTERS]);
    return true;
}

/* A string, decoded into *out unless that is NULL; more than fits is read and dropped. */
static bool read_string(struct reader *in, struct text *out) {
    if (out != NULL) {
        out->length = 0;
    }
    if (!take(in, '"')) {
        return false;
    }
    while (in->next < in->end) {
        char c = *in->next++;
        if (c == '"') {
            return true;
        }
        if ((unsigned char)c < 0x20) {
            return false;
        }
        if (c != '\\') {
            put_byte(out, c);
        } else if (!read_escape(in, out)) {
            return false;
        }
    }
    return false;
}

static bool skip_word(struct reader *in, const char *word) {
    for (; *word != '\0'; word++) {
        if (!take(in, *word)) {
            return false;
        }
    }
    return true;
}

static bool skip_number(struct reader *in) {
    const char *start = in->next;
    while (in->next < in->end && *in->next != '\0' && strchr("+-.0123456789eE", *in->next) != NULL) {
        in->next++;
    }
    return in->next > start;
}

static struct text *member(struct problem *found, const struct text *key) {
    if (found == NULL) {
        return NULL;
    }
    if (key->length == 6 && memcmp(key->bytes, "detail", 6) == 0) {
        return &found->detail;
    }
    return key->length == 4 && memcmp(key->bytes, "hint", 4) == 0 ? &found->hint : NULL;
}

/* found is NULL below the top level: only the members there are the problem's own. */
static bool read_member(struct reader *in, int depth, struct problem *found) {
    struct text key;
    skip_space(in);
    if (!read_string(in, &key)) {
        return false;
    }
    skip_space(in);
    if (!take(in, ':')) {
        return false;
    }
    skip_space(in);
    struct text *wanted = member(found, &key);
    if (wanted == NULL || in->next == in->end || *in->next != '"') {
        return skip_value(in, depth);
    }
    wanted->present = true;
    return read_string(in, wanted);
}

static bool read_object(struct reader *in, int depth, struct problem *found) {
    if (depth > DEPTH_MAX || !take(in, '{')) {
        return false;
    }
    skip_space(in);
    if (take(in, '}')) {
        return true;
    }
    do {
        if (!read_member(in, depth, found)) {
            return false;
        }
        skip_space(in);
    } while (take(in, ','));
    return take(in, '}');
}

static bool skip_array(struct reader *in, int depth) {
    if (depth > DEPTH_MAX || !take(in, '[')) {
        return false;
    }
    skip_space(in);
    if (take(in, ']')) {
        return true;
    }
    do {
        skip_space(in);
        if (!skip_value(in, depth)) {
            return false;
        }
        skip_space(in);
    } while (take(in, ','));
    return take(in, ']');
}

static bool skip_value(struct reader *in, int depth) {
    if (in->next == in->end) {
        return false;
    }
    switch (*in->next) {
        case '{':
            return read_object(in, depth + 1, NULL);
        case '[':
            return skip_array(in, depth + 1);
        case '"':
            return read_string(in, NULL);
        case 't':
            return skip_word(in, "true");
        case 'f':
            return skip_word(in, "false");
        case 'n':
            return skip_word(in, "null");
        default:
            return skip_number(in);
    }
}

bool json_problem(const char *bytes, size_t length, struct problem *found) {
    struct reader in = {bytes, bytes + length};
    found->detail.present = found->hint.present = false;
    skip_space(&in);
    if (!read_object(&in, 1, found)) {
        return false;
    }
    skip_space(&in);
    return in.next == in.end;
}
