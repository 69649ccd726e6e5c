#include "options.h"

#include <stddef.h>
#include <string.h>

enum { VALUE_MAX = 255 /* names are far shorter; the request line stays below any limit */ };

static const char SEE_HELP[] = ": see 'iam-broker-credential --help'";

static bool is_printable(const char *value) {
    for (const char *c = value; *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7E) {
            return false;
        }
    }
    return strlen(value) <= VALUE_MAX;
}

/* Digits up to four; -1 when there are none or more. *next is moved behind them. */
static int read_digits(const char **next) {
    const char *start = *next;
    int number = 0;
    while (**next >= '0' && **next <= '9' && *next - start < 5) {
        number = number * 10 + (**next - '0');
        (*next)++;
    }
    return *next == start || *next - start > 4 ? -1 : number;
}

static int unit_seconds(char unit) {
    switch (unit) {
        case 's':
        case 'S':
            return 1;
        case 'm':
        case 'M':
            return 60;
        case 'h':
        case 'H':
            return 3600;
        default:
            return 0;
    }
}

/* PT1H2M3S: each unit at most once, larger ones first. */
static int read_iso(const char *text) {
    int total = 0;
    int previous = 3601;
    while (*text != '\0') {
        int number = read_digits(&text);
        int unit = unit_seconds(*text);
        if (number < 0 || unit == 0 || unit >= previous) {
            return -1;
        }
        total += number * unit;
        previous = unit;
        text++;
    }
    return previous == 3601 ? -1 : total;
}

/* 90s, 5m, 2h, PT5M in seconds; -1 for anything else. */
static int read_duration(const char *text) {
    if ((text[0] == 'P' || text[0] == 'p') && (text[1] == 'T' || text[1] == 't')) {
        return read_iso(text + 2);
    }
    int number = read_digits(&text);
    bool is_whole = (*text == 's' || *text == 'm' || *text == 'h') && text[1] == '\0';
    return number < 0 || !is_whole ? -1 : number * unit_seconds(*text);
}

static bool refuse(struct line *trouble, const char *name, const char *reason) {
    line_add(trouble, name);
    line_add(trouble, reason);
    return false;
}

static bool store_name(const char **field, const char *name, const char *value, struct line *trouble) {
    *field = value;
    return is_printable(value) || refuse(trouble, name, " takes 1 to 255 printable ASCII characters");
}

static bool store(struct options *options, const char *name, const char *value, struct line *trouble) {
    if (*value == '\0') {
        line_add(trouble, name);
        line_add(trouble, " needs a value");
        return refuse(trouble, "", SEE_HELP);
    }
    if (strcmp(name, "--account") == 0) {
        return store_name(&options->account, name, value, trouble);
    }
    if (strcmp(name, "--cluster") == 0) {
        return store_name(&options->cluster, name, value, trouble);
    }
    if (strcmp(name, "--socket") == 0) {
        options->socket = value;
        return true;
    }
    options->wait = read_duration(value);
    return (options->wait >= 0 && options->wait <= WAIT_MAX) ||
           refuse(trouble, name, " takes a duration from 0s to 60s, such as 10s or PT10S");
}

/* The option that the argument names, alone or before '='; NULL when there is none. */
static const char *option_named(const char *argument, size_t length) {
    static const char *const NAMES[] = {"--account", "--cluster", "--socket", "--wait"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strlen(NAMES[i]) == length && strncmp(argument, NAMES[i], length) == 0) {
            return NAMES[i];
        }
    }
    return NULL;
}

static bool unknown(const char *argument, struct line *trouble) {
    line_add(trouble, "unknown argument '");
    line_text(trouble, argument, strlen(argument));
    line_add(trouble, "'");
    return refuse(trouble, "", SEE_HELP);
}

bool options_read(struct options *options, int count, char **arguments, struct line *trouble) {
    *options = (struct options){.wait = -1};
    for (int i = count > 0 && strcmp(arguments[0], "kube-credential") == 0 ? 1 : 0; i < count; i++) {
        const char *argument = arguments[i];
        options->help = strcmp(argument, "--help") == 0;
        options->version = strcmp(argument, "--version") == 0;
        if (options->help || options->version) {
            return true;
        }
        size_t length = strcspn(argument, "=");
        const char *name = option_named(argument, length);
        if (name == NULL) {
            return unknown(argument, trouble);
        }
        const char *value = argument[length] == '=' ? argument + length + 1 : i + 1 < count ? arguments[++i] : "";
        if (!store(options, name, value, trouble)) {
            return false;
        }
    }
    return true;
}
