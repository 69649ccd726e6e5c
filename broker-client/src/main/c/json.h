/* As much JSON as the client needs: is a text whole, and what do two members of a problem (RFC 9457) say. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "line.h"

struct text {
    bool present;
    size_t length;
    char bytes[TEXT_MAX];
};

struct problem {
    struct text detail;
    struct text hint;
};

/* True when the bytes are one complete JSON object; then the top-level strings "detail" and "hint" are in *found. */
bool json_problem(const char *bytes, size_t length, struct problem *found);

#endif
