/* One line of text, built from constants of ours and from text that somebody else wrote. */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    LINE_SIZE = 4096, /* two texts at their limit, each with the longest sentence of ours around it, fit */
    TEXT_MAX = 1024   /* bytes taken of one foreign text: a reason is read by a person */
};

struct line {
    size_t length;
    char bytes[LINE_SIZE];
};

/* Appends a constant of ours as it is; what does not fit is dropped. */
void line_add(struct line *line, const char *constant);

/* Appends a number in decimal. */
void line_number(struct line *line, size_t number);

/*
 * Appends foreign text so that it cannot drive the terminal or start a second line: tabs and line ends become spaces,
 * other control characters and invisible directions of writing vanish, what is no UTF-8 becomes '?'.
 */
void line_text(struct line *line, const char *bytes, size_t length);

/* Appends a query value, percent-encoded but for the unreserved characters of RFC 3986. */
void line_encoded(struct line *line, const char *value);

/* Writes all bytes to the descriptor; false when that failed. */
bool write_all(int descriptor, const void *bytes, size_t length);

#endif
