/*
 * Feeds answers to the reader of answers. With libFuzzer (-fsanitize=fuzzer -DLIBFUZZER) it makes them up; without it
 * the driver below takes them from stdin, each behind its length in four bytes, big end first, and prints the verdict
 * on each as one line, which a test compares with the Java twin's.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"

static void judge(const char *bytes, size_t length, bool at_end, struct line *verdict) {
    struct answer answer = {0};
    enum reading reading = answer_read(bytes, length, at_end, &answer);
    if (reading == READING_MORE) {
        line_add(verdict, "more");
        return;
    }
    if (reading == READING_BAD) {
        line_add(verdict, answer.trouble);
        return;
    }
    line_number(verdict, (size_t)answer.status);
    line_add(verdict, " ");
    line_number(verdict, answer.body_length);
    if (answer.status != 200) {
        line_add(verdict, " ");
        line_number(verdict, (size_t)answer_exit_code(answer.status));
        line_add(verdict, " ");
        answer_explain(verdict, &answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct line verdict = {0};
    judge((const char *)data, size, false, &verdict);
    judge((const char *)data, size, true, &verdict);
    return 0;
}

#ifndef LIBFUZZER
static bool read_all(void *into, size_t length) {
    for (char *next = into; length > 0;) {
        ssize_t got = read(STDIN_FILENO, next, length);
        if (got <= 0) {
            return false;
        }
        next += got;
        length -= (size_t)got;
    }
    return true;
}

int main(void) {
    unsigned char prefix[4];
    while (read_all(prefix, sizeof prefix)) {
        size_t length = (size_t)prefix[0] << 24 | (size_t)prefix[1] << 16 | (size_t)prefix[2] << 8 | prefix[3];
        char *input = malloc(length == 0 ? 1 : length); /* exactly as long, so that the sanitizer sees one byte too far */
        if (input == NULL || !read_all(input, length)) {
            return 2;
        }
        struct line verdict = {0};
        judge(input, length, false, &verdict);
        line_add(&verdict, " | ");
        judge(input, length, true, &verdict);
        line_add(&verdict, "\n");
        free(input);
        if (!write_all(STDOUT_FILENO, verdict.bytes, verdict.length)) {
            return 3;
        }
    }
    return 0;
}
#endif
