/* The command line and the environment: what is asked, and of which socket. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "line.h"

enum { WAIT_DEFAULT = 10, WAIT_MAX = 60 }; /* seconds, as the daemon has them */

struct options {
    const char *socket; /* NULL: not given */
    const char *account;
    const char *cluster;
    int wait; /* seconds, -1: not given */
    bool help;
    bool version;
};

/* Reads the arguments after the program's name; false with the reason in *trouble. Stops at --help and --version. */
bool options_read(struct options *options, int count, char **arguments, struct line *trouble);

#endif
