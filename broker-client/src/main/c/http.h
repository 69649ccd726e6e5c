/* The daemon's answer: HTTP/1.1 as the daemon writes it, and nothing beyond that. Pure functions on bytes. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "line.h"

enum {
    HEAD_MAX = 16 * 1024,   /* the daemon's heads are below 1 KiB */
    BODY_MAX = 1024 * 1024, /* a token of many groups is some 10 KiB */
    ANSWER_SIZE = HEAD_MAX + BODY_MAX + 1
};

enum reading { READING_MORE, READING_WHOLE, READING_BAD };

struct answer {
    int status;
    const char *body;
    size_t body_length;
    const char *trouble; /* of READING_BAD: what is wrong with it */
};

/*
 * Reads the bytes that came so far; at_end says that no more will come. READING_WHOLE: *answer points into the bytes.
 * An answer that breaks off is never whole: by its length, and without one by its JSON.
 */
enum reading answer_read(const char *bytes, size_t length, bool at_end, struct answer *answer);

/* The command's exit code for an HTTP status. */
int answer_exit_code(int status);

/* Appends what a whole answer other than 200 says to the person: its detail, and its hint unless the detail says it. */
void answer_explain(struct line *line, const struct answer *answer);

#endif
