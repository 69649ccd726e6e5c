/*
 * iam-broker-credential: the kubectl exec plugin. Sends KUBERNETES_EXEC_INFO to the broker's daemon over its Unix socket
 * and prints what it answers. The daemon does all the thinking. Its Java twin says and does the same.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "line.h"
#include "options.h"

#ifndef VERSION
#define VERSION "unversioned"
#endif

enum {
    EXIT_OTHER = 1,
    EXIT_USAGE = 2,
    EXIT_NO_DAEMON = 3,
    EXIT_UNAVAILABLE = 6,
    MARGIN_SECONDS = 2,         /* for the daemon's own 504 to arrive before we give up on it */
    EXEC_INFO_MAX = 64 * 1024   /* what the daemon takes as a body */
};

static const char SYSTEM_SOCKET[] = "/run/iam-broker/broker.sock";

static const char HELP[] =
    "Usage: iam-broker-credential [--socket PATH] [--account A] [--cluster C] [--wait 10s]\n"
    "\n"
    "The kubectl exec plugin of iam-broker: prints an ExecCredential for the account and cluster,\n"
    "or for the cluster that KUBERNETES_EXEC_INFO describes.\n"
    "\n"
    "  --socket PATH   the daemon's socket; else $IAM_BROKER_SOCKET,\n"
    "                  $XDG_RUNTIME_DIR/iam-broker/broker.sock, /run/iam-broker/broker.sock\n"
    "  --account A     the account's alias in broker.yaml\n"
    "  --cluster C     ID or name of the cluster\n"
    "  --wait 10s      how long to wait for IAM, at most 60s\n"
    "  --help          this text\n"
    "  --version       the version\n"
    "\n"
    "Exit codes: 0 done, 1 other failure, 2 usage, 3 daemon not reachable, 4 login required or locked,\n"
    "5 denied, 6 IAM unreachable and no usable token, 7 unknown account or cluster.\n"
    "\n"
    "Example: iam-broker-credential --account prod --cluster build-cluster\n";

static char received[ANSWER_SIZE];
static size_t received_length;
static struct timespec deadline;
static int wait_seconds;

static _Noreturn void leave(int code) {
    explicit_bzero(received, received_length);
    exit(code);
}

static _Noreturn void fail(int code, struct line *reason) {
    struct line out = {0};
    line_add(&out, "iam-broker: ");
    size_t room = LINE_SIZE - out.length - 1;
    size_t length = reason->length < room ? reason->length : room;
    memcpy(out.bytes + out.length, reason->bytes, length);
    out.length += length;
    line_add(&out, "\n");
    (void)write_all(STDERR_FILENO, out.bytes, out.length);
    leave(code);
}

static _Noreturn void fail_saying(int code, const char *reason) {
    struct line line = {0};
    line_add(&line, reason);
    fail(code, &line);
}

static _Noreturn void fail_at(int code, const char *before, const char *path, const char *after) {
    struct line line = {0};
    line_add(&line, before);
    line_text(&line, path, strlen(path));
    line_add(&line, after);
    fail(code, &line);
}

static _Noreturn void fail_late(void) {
    struct line line = {0};
    line_add(&line, "no answer from the daemon within ");
    line_number(&line, (size_t)(wait_seconds + MARGIN_SECONDS));
    line_add(&line, "s: see 'iam-broker status' and the daemon's log");
    fail(EXIT_UNAVAILABLE, &line);
}

static void print(const char *bytes, size_t length) {
    if (!write_all(STDOUT_FILENO, bytes, length)) {
        fail_saying(EXIT_OTHER, "cannot write to stdout: the credential was not delivered");
    }
}

/*
 * A standard descriptor that the parent closed would be taken by our socket, and what is meant for the caller written to
 * whoever is at its other end. Such a descriptor is filled with one that fails when used.
 */
static void fill_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) == -1) {
            (void)open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

/* A limit of 1 also stops dumps that are piped to a program, which a limit of 0 does not (core(5), fs/coredump.c). */
static void forbid_core_dumps(void) {
    struct rlimit none = {1, 1};
    (void)setrlimit(RLIMIT_CORE, &none);
}

static void start_deadline(const struct options *options) {
    wait_seconds = options->wait < 0 ? WAIT_DEFAULT : options->wait;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += wait_seconds + MARGIN_SECONDS;
}

static int milliseconds_left(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = (int64_t)(deadline.tv_sec - now.tv_sec) * 1000 + (deadline.tv_nsec - now.tv_nsec) / 1000000;
    if (left <= 0) {
        fail_late();
    }
    return (int)left;
}

static void await(int socket_fd, short events) {
    struct pollfd ready = {.fd = socket_fd, .events = events};
    if (poll(&ready, 1, milliseconds_left()) == 0) {
        fail_late();
    }
}

static bool is_socket(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISSOCK(found.st_mode);
}

static const char *environment(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* The user's own socket where it exists, else the system's. */
static const char *usual_socket(struct line *own) {
    const char *runtime = environment("XDG_RUNTIME_DIR");
    if (runtime != NULL && strlen(runtime) < sizeof((struct sockaddr_un *)0)->sun_path) {
        line_add(own, runtime);
        line_add(own, "/iam-broker/broker.sock");
        own->bytes[own->length] = '\0';
        if (is_socket(own->bytes)) {
            return own->bytes;
        }
    }
    return SYSTEM_SOCKET;
}

static const char *find_socket(const struct options *options, struct line *own) {
    if (options->socket != NULL) {
        return options->socket;
    }
    const char *named = environment("IAM_BROKER_SOCKET");
    return named != NULL ? named : usual_socket(own);
}

static _Noreturn void fail_to_connect(const char *path, int cause) {
    if (cause == EAGAIN || cause == EINPROGRESS || cause == EINTR) {
        fail_late();
    }
    if (cause == EACCES || cause == EPERM) {
        fail_at(EXIT_NO_DAEMON, "permission denied on ", path,
                ": use the account that runs the daemon, or join the socket's group");
    }
    fail_at(EXIT_NO_DAEMON, "no daemon on ", path,
            ": start it with 'iam-broker serve' or 'systemctl start iam-broker'");
}

/* The send timeout bounds connect too, which blocks while the daemon's backlog is full. */
static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) {
        fail_saying(EXIT_USAGE, "the socket's path is longer than the 107 bytes that a Unix socket allows");
    }
    memcpy(address.sun_path, path, length);
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_fd == -1) {
        fail_saying(EXIT_OTHER, "cannot make a Unix socket");
    }
    int left = milliseconds_left();
    struct timeval limit = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
    (void)setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(socket_fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fail_to_connect(path, errno);
    }
    return socket_fd;
}

static bool owns_directory_of(const char *path, uid_t uid) {
    char directory[sizeof((struct sockaddr_un *)0)->sun_path] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        size_t length = slash == path ? 1 : (size_t)(slash - path);
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    struct stat found;
    return stat(directory, &found) == 0 && found.st_uid == uid;
}

/* Whoever can put a socket there could otherwise read what we send and choose the cluster credential we print. */
static void check_peer(int socket_fd, const char *path) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
        (peer.uid == 0 || peer.uid == geteuid() || owns_directory_of(path, peer.uid))) {
        return;
    }
    fail_at(EXIT_OTHER, "the socket ", path,
            " is served by a stranger, neither root nor you nor the owner of its directory: nothing was sent");
}

static void add_parameter(struct line *head, char *separator, const char *name, const char *value) {
    char before[] = {*separator, '\0'};
    line_add(head, before);
    line_add(head, name);
    line_encoded(head, value);
    *separator = '&';
}

static void write_head(struct line *head, const struct options *options, size_t body_length) {
    char separator = '?';
    line_add(head, "POST /v1/kube-credential");
    if (options->account != NULL) {
        add_parameter(head, &separator, "account=", options->account);
    }
    if (options->cluster != NULL) {
        add_parameter(head, &separator, "cluster=", options->cluster);
    }
    if (options->wait >= 0) {
        add_parameter(head, &separator, "wait=", "");
        line_number(head, (size_t)options->wait);
    }
    line_add(head, " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: iam-broker-credential/" VERSION
                   "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ");
    line_number(head, body_length);
    line_add(head, "\r\n\r\n");
}

/* False when the daemon hung up: it may have answered before it did, so the answer is read all the same. */
static bool send_all(int socket_fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(socket_fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        if (sent < 0) {
            await(socket_fd, POLLOUT);
            continue;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* True at the end of the connection. */
static bool receive_some(int socket_fd) {
    for (;;) {
        await(socket_fd, POLLIN);
        ssize_t got = recv(socket_fd, received + received_length, sizeof received - received_length, MSG_DONTWAIT);
        if (got > 0) {
            received_length += (size_t)got;
            return false;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            return true;
        }
    }
}

static void receive(int socket_fd, struct answer *answer) {
    enum reading reading = READING_MORE;
    for (bool at_end = false; reading == READING_MORE;) {
        at_end = receive_some(socket_fd);
        if (at_end && received_length == 0) {
            fail_saying(EXIT_OTHER, "the daemon closed the connection without an answer: see its log");
        }
        reading = answer_read(received, received_length, at_end, answer);
    }
    if (reading == READING_BAD) {
        struct line line = {0};
        line_add(&line, "the daemon's answer cannot be used, ");
        line_add(&line, answer->trouble);
        line_add(&line, ": check that the socket is the broker's, and see its log");
        fail(EXIT_OTHER, &line);
    }
}

static void deliver(const struct answer *answer) {
    if (answer->status != 200) {
        struct line line = {0};
        answer_explain(&line, answer);
        fail(answer_exit_code(answer->status), &line);
    }
    print(answer->body, answer->body_length);
}

static void exchange(const struct options *options) {
    const char *exec_info = getenv("KUBERNETES_EXEC_INFO");
    size_t length = exec_info == NULL ? 0 : strlen(exec_info);
    if (length > EXEC_INFO_MAX) {
        fail_saying(EXIT_USAGE, "KUBERNETES_EXEC_INFO is larger than the 64 KiB that the daemon takes");
    }
    start_deadline(options);
    struct line own = {0};
    const char *path = find_socket(options, &own);
    int socket_fd = connect_to(path);
    check_peer(socket_fd, path);
    struct line head = {0};
    write_head(&head, options, length);
    if (send_all(socket_fd, head.bytes, head.length)) {
        (void)send_all(socket_fd, exec_info, length);
    }
    struct answer answer = {0};
    receive(socket_fd, &answer);
    close(socket_fd);
    deliver(&answer);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    fill_standard_descriptors();
    forbid_core_dumps();
    struct options options;
    struct line trouble = {0};
    if (!options_read(&options, argc - 1, argv + 1, &trouble)) {
        fail(EXIT_USAGE, &trouble);
    }
    if (options.help) {
        print(HELP, sizeof HELP - 1);
    } else if (options.version) {
        print("iam-broker-credential " VERSION "\n", sizeof "iam-broker-credential " VERSION);
    } else {
        exchange(&options);
    }
    leave(EXIT_SUCCESS);
}
