/*
 * Runs short commands in turns and says how long each took, so that what disturbs the machine disturbs all of them. Each
 * round is a line: for each command, in the order given, nanoseconds from before its start to after its end, and those of
 * its CPU time.
 *
 *   rr ROUNDS -- COMMAND ARGUMENT… -- COMMAND ARGUMENT… …
 *
 * Every round begins with another command. What they print goes through a pipe, as with kubectl, and is dropped. A command
 * that ends with anything but 0 ends the run. Each has a parent of its own, as one kubectl starts the plugin once: a second
 * time within seconds it would mean that the first token was refused.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_COMMANDS 16
#define WARM_UPS 2
#define OUTPUT_BYTES 65536

extern char **environ;

struct taken {
    int64_t wall;
    int64_t cpu;
};

static char output[OUTPUT_BYTES];

static void die(const char *what, int error) {
    fprintf(stderr, "rr: %s: %s\n", what, strerror(error));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int64_t nanos(struct timeval time) {
    return time.tv_sec * INT64_C(1000000000) + time.tv_usec * INT64_C(1000);
}

static size_t drain(int fd) {
    size_t have = 0;
    for (;;) {
        // The end of what is longer than anybody reads is written over.
        size_t at = have < sizeof output - 4096 ? have : sizeof output - 4096;
        ssize_t got = read(fd, output + at, sizeof output - at);
        if (got <= 0) {
            return at;
        }
        have = at + (size_t)got;
    }
}

static struct taken run(char **command) {
    int ends[2];
    posix_spawn_file_actions_t actions;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        die("pipe", errno);
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    int64_t start = now();
    int error = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    if (error != 0) {
        die(command[0], error);
    }
    close(ends[1]);
    size_t length = drain(ends[0]);
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) != pid) {
        die("wait4", errno);
    }
    struct taken taken = {now() - start, nanos(usage.ru_utime) + nanos(usage.ru_stime)};
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    if (status != 0) {
        fprintf(stderr, "rr: %s ended with %d:\n%.*s\n", command[0], status, (int)length, output);
        exit(1);
    }
    return taken;
}

/* The parent is made before the clock runs. */
static struct taken run_apart(char **command) {
    int ends[2];
    struct taken taken;
    int status;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        die("pipe", errno);
    }
    pid_t parent = fork();
    if (parent < 0) {
        die("fork", errno);
    }
    if (parent == 0) {
        taken = run(command);
        _exit(write(ends[1], &taken, sizeof taken) == sizeof taken ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], &taken, sizeof taken);
    close(ends[0]);
    if (waitpid(parent, &status, 0) != parent || status != 0 || got != sizeof taken) {
        exit(1);
    }
    return taken;
}

/* Each command's arguments end with the next "--", in place of which there is NULL then. */
static int read_commands(int argc, char **argv, char **commands[]) {
    int count = 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--") != 0) {
            continue;
        }
        if (count == MOST_COMMANDS || i + 1 == argc || strcmp(argv[i + 1], "--") == 0) {
            return 0;
        }
        argv[i] = NULL;
        commands[count++] = &argv[i + 1];
    }
    return count;
}

int main(int argc, char **argv) {
    char **commands[MOST_COMMANDS];
    struct taken taken[MOST_COMMANDS];
    long rounds = argc < 3 ? 0 : strtol(argv[1], NULL, 10);
    int count = read_commands(argc, argv, commands);
    if (rounds < 1 || count == 0) {
        fprintf(stderr, "usage: rr ROUNDS -- COMMAND ARGUMENT... -- COMMAND ARGUMENT... ...\n");
        return 2;
    }
    for (long round = -WARM_UPS; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            int turn = (int)((i + round + WARM_UPS) % count);
            taken[turn] = run_apart(commands[turn]);
        }
        for (int i = 0; round >= 0 && i < count; i++) {
            printf("%lld %lld%c", (long long)taken[i].wall, (long long)taken[i].cpu, i + 1 < count ? ' ' : '\n');
        }
    }
    return 0;
}
