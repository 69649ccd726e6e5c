/*
 * iam-broker in an image without a shell: starts the same JVM as bin/iam-broker does, from what that script was seen to
 * run when the image was made (lib/launch/daemon and lib/launch/commands beside it), and ends in exec as it does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "line.h"

enum {
    PATH_SIZE = 4096,
    RECIPE_SIZE = 16 * 1024, /* a few hundred bytes in fact */
    PROBE_MILLISECONDS = 2000,
    EXIT_UNAVAILABLE = 6
};

static const char SYSTEM_SOCKET[] = "/run/iam-broker/broker.sock";
static const char JAVA_OPTIONS[] = "@IAM_BROKER_JAVA_OPTS@"; /* stands in the recipe where the script puts them */

static _Noreturn void fail(const char *path, const char *reason) {
    struct line line = {0};
    line_add(&line, "iam-broker: ");
    line_text(&line, path, strlen(path));
    line_add(&line, reason);
    line_add(&line, "\n");
    (void)write_all(STDERR_FILENO, line.bytes, line.length);
    exit(EXIT_FAILURE);
}

/* A file of the distribution that this program is in. */
static const char *installed(char *path, const char *name) {
    ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - 1);
    if (length <= 0) {
        fail("/proc", " is not mounted: nothing can be found");
    }
    path[length] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
    }
    if (strlen(path) + strlen(name) >= PATH_SIZE) {
        fail(path, " is too long a path");
    }
    return strcat(path, name);
}

/* The first word that is no option, nor the value of one; as bin/iam-broker finds it. */
static const char *command_in(char **words) {
    for (; *words != NULL; words++) {
        if (strcmp(*words, "--config") == 0 || strcmp(*words, "--socket") == 0) {
            if (words[1] != NULL) {
                words++;
            }
        } else if (**words != '-') {
            return *words;
        }
    }
    return "";
}

/* 'wait --for ready --timeout 0', the probe that runs all the time that the container does. */
static bool is_probe(char **words) {
    static const char *const PROBE[] = {"wait", "--for", "ready", "--timeout", "0"};
    size_t count = sizeof PROBE / sizeof PROBE[0];
    for (size_t i = 0; i < count; i++) {
        if (words[i] == NULL || strcmp(words[i], PROBE[i]) != 0) {
            return false;
        }
    }
    return words[count] == NULL;
}

static bool waits_for(int socket_fd, short events) {
    struct pollfd ready = {.fd = socket_fd, .events = events};
    return poll(&ready, 1, PROBE_MILLISECONDS) == 1;
}

/* The status of the answer, 0 when there is none. */
static int status_told(int socket_fd, const struct sockaddr_un *address) {
    static const char REQUEST[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char answer[sizeof "HTTP/1.1 200"] = "";
    size_t length = 0;
    if (connect(socket_fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
        send(socket_fd, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL) != (ssize_t)sizeof REQUEST - 1) {
        return 0;
    }
    while (length < sizeof answer - 1 && waits_for(socket_fd, POLLIN)) {
        ssize_t got = recv(socket_fd, answer + length, sizeof answer - 1 - length, 0);
        if (got <= 0) {
            return 0;
        }
        length += (size_t)got;
    }
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

/* No secret is asked for or sent. */
static int status_of_readyz(void) {
    const char *named = getenv("IAM_BROKER_SOCKET");
    const char *path = named != NULL && *named != '\0' ? named : SYSTEM_SOCKET;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return 0;
    }
    memcpy(address.sun_path, path, strlen(path));
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_fd == -1) {
        return 0;
    }
    struct timeval limit = {.tv_sec = PROBE_MILLISECONDS / 1000};
    (void)setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int status = status_told(socket_fd, &address);
    close(socket_fd);
    return status;
}

/* Answers yes and no as the JVM would; whatever else there is to say is left to it. */
static void probe(void) {
    static const char NOT_READY[] = "iam-broker: the broker is not ready: 'iam-broker status' says why\n";
    int status = status_of_readyz();
    if (status == 200) {
        exit(EXIT_SUCCESS);
    }
    if (status == 503) {
        (void)write_all(STDERR_FILENO, NOT_READY, sizeof NOT_READY - 1);
        exit(EXIT_UNAVAILABLE);
    }
}

static char *read_recipe(const char *path) {
    static char recipe[RECIPE_SIZE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file == -1 ? -1 : read(file, recipe, sizeof recipe - 1);
    if (length <= 0) {
        fail(path, " cannot be read: the image was not made by its Dockerfile");
    }
    close(file);
    return recipe;
}

/* The recipe's variables are lists with colons, and go behind what is there. */
static void extend_variable(char *assignment) {
    char *value = strchr(assignment, '=');
    if (value == NULL) {
        return;
    }
    *value++ = '\0';
    const char *before = getenv(assignment);
    char *joined = NULL;
    if (before != NULL && *before != '\0' && asprintf(&joined, "%s:%s", before, value) != -1) {
        value = joined;
    }
    (void)setenv(assignment, value, 1);
}

/* Splits text at any of the separators and appends the pieces to the words; the next free place. */
static char **append_pieces(char **words, char *text, const char *separators) {
    char *rest = NULL;
    for (char *piece = strtok_r(text, separators, &rest); piece != NULL; piece = strtok_r(NULL, separators, &rest)) {
        *words++ = piece;
    }
    return words;
}

static char **append_argument(char **words, char *argument) {
    if (strcmp(argument, JAVA_OPTIONS) != 0) {
        *words++ = argument;
        return words;
    }
    const char *options = getenv("IAM_BROKER_JAVA_OPTS");
    char *copy = options == NULL ? NULL : strdup(options);
    return copy == NULL ? words : append_pieces(words, copy, " \t\n");
}

/* Lines of 'umask 077', 'env NAME=VALUE' and 'arg WORD'; the first argument is the JVM's own path. */
static char **follow(char *recipe, char **words) {
    char *rest = NULL;
    for (char *line = strtok_r(recipe, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "umask ", 6) == 0) {
            umask((mode_t)strtoul(line + 6, NULL, 8));
        } else if (strncmp(line, "env ", 4) == 0) {
            extend_variable(line + 4);
        } else if (strncmp(line, "arg ", 4) == 0) {
            words = append_argument(words, line + 4);
        }
    }
    return words;
}

static size_t length_of(const char *text) {
    return text == NULL ? 0 : strlen(text);
}

/* Secrets are in this memory; and options meant for other programs print a notice on every start. */
static void prepare_process(void) {
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)unsetenv("JAVA_TOOL_OPTIONS");
    (void)unsetenv("JDK_JAVA_OPTIONS");
    (void)unsetenv("_JAVA_OPTIONS");
}

static _Noreturn void run_java(const char *recipe, int count, char **arguments) {
    /* No piece is shorter than a character and its separator. */
    size_t most = RECIPE_SIZE + length_of(getenv("IAM_BROKER_JAVA_OPTS")) + (size_t)count + 1;
    char **words = calloc(most, sizeof *words);
    if (words == NULL) {
        fail(recipe, " does not fit into memory");
    }
    char **end = follow(read_recipe(recipe), words);
    memcpy(end, arguments, (size_t)count * sizeof *arguments);
    prepare_process();
    execv(words[0] == NULL ? "" : words[0], words);
    fail(words[0] == NULL ? recipe : words[0], " cannot be run");
}

int main(int argc, char **argv) {
    static char path[PATH_SIZE];
    char **words = argv + (argc > 0);
    if (is_probe(words)) {
        probe();
    }
    if (*words != NULL && strcmp(*words, "kube-credential") == 0) {
        (void)execv(installed(path, "/bin/iam-broker-credential"), words);
    }
    const char *command = command_in(words);
    bool is_daemon = strcmp(command, "serve") == 0 || strcmp(command, "demo") == 0;
    run_java(installed(path, is_daemon ? "/lib/launch/daemon" : "/lib/launch/commands"), argc - (argc > 0), words);
}
