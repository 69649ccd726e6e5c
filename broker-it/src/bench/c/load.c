/*
 * Asks an HTTP server for the same thing over and over, as fast as it answers: a closed loop over some connections, in one
 * thread. Prints one line: requests, failures, seconds, and the median, 99th and 99.9th percentile of the time that an
 * answer took, in nanoseconds.
 *
 *   load ADDRESS CONNECTIONS MILLISECONDS keep|anew|once REQUEST
 *
 * ADDRESS is the path of a Unix socket, or a port of 127.0.0.1; REQUEST is a file with the whole request. With keep a
 * connection serves for all requests, with anew for one. An answer other than 200, or one that is cut off, is a failure; the
 * first one is shown on standard error.
 *
 * With once all connections are made first; then it prints "ready", waits for a line on its standard input, asks once on
 * each and ends when all are answered. What is not answered after MILLISECONDS is a failure.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 10000
#define ANSWER_BYTES 16384
#define REQUEST_BYTES 8192

/* Times are counted in buckets that grow by 1/64 of a power of two: within 1.6 % of what was measured. */
#define FRACTION_BITS 6
#define BUCKETS (64 << FRACTION_BITS)

struct connection {
    int fd;
    int64_t asked;
    int unanswered;
    size_t have;
    char answer[ANSWER_BYTES];
};

static union {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in inet;
} address;
static socklen_t address_length;
static char request[REQUEST_BYTES];
static size_t request_length;
static enum { KEEP, ANEW, ONCE } mode;
static int poller;
static uint64_t counts[BUCKETS];
static uint64_t answered, failed;

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static unsigned bucket(uint64_t nanos) {
    if (nanos < 1u << FRACTION_BITS) {
        return (unsigned)nanos;
    }
    unsigned power = 63 - (unsigned)__builtin_clzll(nanos);
    unsigned fraction = (unsigned)(nanos >> (power - FRACTION_BITS)) & ((1u << FRACTION_BITS) - 1);
    return ((power - FRACTION_BITS + 1) << FRACTION_BITS) + fraction;
}

static uint64_t floor_of(unsigned b) {
    unsigned power = b >> FRACTION_BITS;
    uint64_t fraction = b & ((1u << FRACTION_BITS) - 1);
    return power == 0 ? fraction : ((UINT64_C(1) << FRACTION_BITS) + fraction) << (power - 1);
}

static uint64_t percentile(double share) {
    uint64_t seen = 0;
    for (unsigned b = 0; b < BUCKETS; b++) {
        seen += counts[b];
        if (seen > 0 && (double)seen >= share * (double)answered) {
            return floor_of(b);
        }
    }
    return 0;
}

static void read_address(const char *text) {
    char *end;
    long port = strtol(text, &end, 10);
    if (end != text && *end == 0) {
        if (port < 1 || port > 65535) {
            errno = ERANGE;
            die(text);
        }
        address.inet.sin_family = AF_INET;
        address.inet.sin_port = htons((uint16_t)port);
        address.inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address_length = sizeof address.inet;
        return;
    }
    if (strlen(text) >= sizeof address.local.sun_path) {
        errno = ENAMETOOLONG;
        die(text);
    }
    address.local.sun_family = AF_UNIX;
    memcpy(address.local.sun_path, text, strlen(text) + 1);
    address_length = sizeof address.local;
}

static void read_request(const char *file) {
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        die(file);
    }
    ssize_t length = read(fd, request, sizeof request);
    if (length <= 0) {
        die(file);
    }
    request_length = (size_t)length;
    close(fd);
}

static void open_connection(struct connection *c) {
    c->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, &address.any, address_length) != 0) {
        die("connect");
    }
    int on = 1;
    if (address.any.sa_family == AF_INET) {
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        die("epoll");
    }
}

/* False if the server has closed the connection, or takes no more. */
static int ask(struct connection *c) {
    c->unanswered++;
    return send(c->fd, request, request_length, MSG_NOSIGNAL) == (ssize_t)request_length;
}

static void begin(struct connection *c) {
    c->asked = now();
    c->have = 0;
    c->unanswered = 0;
    open_connection(c);
    if (!ask(c)) {
        die("the server does not take a request on a new connection");
    }
}

/* The length of the whole answer; 0 while its head is not there. */
static size_t length_of(const struct connection *c) {
    const char *end = memmem(c->answer, c->have, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    size_t head = (size_t)(end - c->answer) + 4;
    const char *field = memmem(c->answer, head, "ontent-", 7);
    while (field != NULL && strncasecmp(field, "ontent-length:", 14) != 0) {
        const char *next = field + 7;
        field = memmem(next, head - (size_t)(next - c->answer), "ontent-", 7);
    }
    return head + (field == NULL ? 0 : strtoul(field + 14, NULL, 10));
}

static void show_failure(const char *what, size_t length) {
    if (failed == 0) {
        fprintf(stderr, "load: the first failure: %.*s\n", (int)length, what);
    }
}

static void count(const struct connection *c, int64_t end, int is_good) {
    answered++;
    failed += !is_good;
    counts[bucket((uint64_t)(end - c->asked))]++;
}

/* After an answer, or the end of the connection in place of one. */
static void over(struct connection *c, int is_good) {
    int64_t end = now();
    count(c, end, is_good);
    c->unanswered--;
    if (mode == ONCE) {
        close(c->fd);
        return;
    }
    c->asked = end;
    // A server may close a connection that it has answered on.
    if (mode == ANEW || !is_good || !ask(c)) {
        close(c->fd);
        begin(c);
    }
}

static void take(struct connection *c) {
    ssize_t got = recv(c->fd, c->answer + c->have, sizeof c->answer - c->have, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        show_failure(got == 0 ? "the connection was closed" : strerror(errno), 80);
        over(c, 0);
        return;
    }
    c->have += (size_t)got;
    size_t length = length_of(c);
    while (length != 0 && c->have >= length) {
        int is_good = strncmp(c->answer, "HTTP/1.1 200", 12) == 0;
        if (!is_good) {
            show_failure(c->answer, length);
        }
        c->have -= length;
        memmove(c->answer, c->answer + length, c->have);
        over(c, is_good);
        length = length_of(c);
    }
}

static void take_what_comes(void) {
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < ready; i++) {
        take(events[i].data.ptr);
    }
}

static double seconds(int64_t nanos) {
    return (double)nanos / 1e9;
}

/* Returns how long it took. */
static double ask_on_and_on(struct connection *all, long connections, int64_t nanos) {
    int64_t start = now();
    for (long i = 0; i < connections; i++) {
        begin(&all[i]);
    }
    while (now() - start < nanos) {
        take_what_comes();
    }
    return seconds(now() - start);
}

static void await_word(void) {
    char word;
    printf("ready\n");
    fflush(stdout);
    if (read(STDIN_FILENO, &word, 1) != 1) {
        fprintf(stderr, "load: nobody said when to ask\n");
        exit(1);
    }
}

static double ask_at_once(struct connection *all, long connections, int64_t nanos) {
    for (long i = 0; i < connections; i++) {
        open_connection(&all[i]);
    }
    await_word();
    int64_t start = now();
    for (long i = 0; i < connections; i++) {
        all[i].asked = now();
        if (!ask(&all[i])) {
            die("the server does not take a request");
        }
    }
    while (answered < (uint64_t)connections && now() - start < nanos) {
        take_what_comes();
    }
    for (long i = 0; i < connections; i++) {
        if (all[i].unanswered > 0) {
            show_failure("not answered in time", 80);
            count(&all[i], now(), 0);
        }
    }
    return seconds(now() - start);
}

static int read_mode(const char *word) {
    static const char *const words[] = {"keep", "anew", "once"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(word, words[i]) == 0) {
            mode = i;
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 6 || !read_mode(argv[4])) {
        fprintf(stderr, "usage: load ADDRESS CONNECTIONS MILLISECONDS keep|anew|once REQUEST\n");
        return 2;
    }
    long connections = strtol(argv[2], NULL, 10);
    if (connections < 1 || connections > MOST_CONNECTIONS) {
        fprintf(stderr, "load: from 1 to %d connections, not %s\n", MOST_CONNECTIONS, argv[2]);
        return 2;
    }
    read_address(argv[1]);
    read_request(argv[5]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    if (poller < 0 || all == NULL) {
        die("begin");
    }
    int64_t nanos = strtol(argv[3], NULL, 10) * INT64_C(1000000);
    double took = mode == ONCE ? ask_at_once(all, connections, nanos) : ask_on_and_on(all, connections, nanos);
    printf("%llu %llu %.6f %llu %llu %llu\n", (unsigned long long)answered, (unsigned long long)failed, took,
           (unsigned long long)percentile(0.5), (unsigned long long)percentile(0.99), (unsigned long long)percentile(0.999));
    return 0;
}
