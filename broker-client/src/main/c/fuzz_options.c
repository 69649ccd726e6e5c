/*
 * Feeds command lines to their reader: arguments between zero bytes. What is said of them has to be one printable line,
 * what is taken from them has to fit into a request. With libFuzzer (-fsanitize=fuzzer -DLIBFUZZER) it makes them up;
 * without it, it reads the files that it is given.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

enum { ARGUMENTS_MAX = 64, INPUT_MAX = 4096 };

static void require(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "fuzz_options: %s\n", what);
        abort();
    }
}

static int split(char *bytes, size_t length, char **arguments) {
    int count = 0;
    for (size_t at = 0; at < length && count < ARGUMENTS_MAX; at += strlen(bytes + at) + 1) {
        arguments[count++] = bytes + at;
    }
    return count;
}

static void check_line(const struct line *line) {
    for (size_t i = 0; i < line->length; i++) {
        unsigned char c = (unsigned char)line->bytes[i];
        require(c >= 0x20 && c != 0x7F, "a control character in what is said");
    }
}

static void check_name(const char *name) {
    if (name == NULL) {
        return;
    }
    struct line encoded = {0};
    line_encoded(&encoded, name);
    require(encoded.length >= 1 && encoded.length <= 3 * 255, "a name that fills the request line");
    for (size_t i = 0; i < encoded.length; i++) {
        require(strchr(" \r\n&?#/", encoded.bytes[i]) == NULL, "a name that ends its query value");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *bytes = malloc(size + 1); /* exactly as long, so that the sanitizer sees one byte too far */
    require(bytes != NULL, "no memory");
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    char *arguments[ARGUMENTS_MAX];
    int count = split(bytes, size, arguments);
    struct options options;
    struct line trouble = {0};
    if (!options_read(&options, count, arguments, &trouble)) {
        require(trouble.length > 0, "refused without a word");
    } else if (!options.help && !options.version) {
        require(trouble.length == 0, "accepted with a complaint");
        require(options.wait >= -1 && options.wait <= WAIT_MAX, "a wait out of bounds");
        check_name(options.account);
        check_name(options.cluster);
    }
    check_line(&trouble);
    free(bytes);
    return 0;
}

#ifndef LIBFUZZER
int main(int count, char **files) {
    static uint8_t input[INPUT_MAX];
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(files[i], "rb");
        require(file != NULL, files[i]);
        size_t length = fread(input, 1, sizeof input, file);
        fclose(file);
        LLVMFuzzerTestOneInput(input, length);
    }
    printf("%d\n", count - 1);
    return 0;
}
#endif
