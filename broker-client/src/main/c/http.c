#define _GNU_SOURCE
#include "http.h"

#include <string.h>
#include <strings.h>

#include "json.h"

struct head {
    size_t length; /* with its empty line */
    int status;
    bool has_body_length;
    size_t body_length;
};

static enum reading bad(struct answer *answer, const char *trouble) {
    answer->trouble = trouble;
    return READING_BAD;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* "HTTP/1.1 200 OK": the version, a final status, and a reason that nobody reads. */
static bool read_status(const char *line, size_t length, struct head *head) {
    if (length < 12 || memcmp(line, "HTTP/1.", 7) != 0 || (line[7] != '0' && line[7] != '1') || line[8] != ' ') {
        return false;
    }
    if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) || (length > 12 && line[12] != ' ')) {
        return false;
    }
    head->status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    return head->status >= 200 && head->status <= 599;
}

static bool is_token(const char *name, size_t length) {
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool alnum = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)) {
            return false;
        }
    }
    return length > 0;
}

static bool is_named(const char *name, size_t length, const char *wanted) {
    return length == strlen(wanted) && strncasecmp(name, wanted, length) == 0;
}

/* RFC 9112 6.3: a length that cannot be trusted to the digit is no length. */
static const char *read_length(const char *value, size_t length, struct head *head) {
    if (head->has_body_length) {
        return "it has two lengths";
    }
    if (length == 0 || length > 9) {
        return "its length is no number below the limit";
    }
    head->has_body_length = true;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(value[i])) {
            return "its length is no number below the limit";
        }
        head->body_length = head->body_length * 10 + (size_t)(value[i] - '0');
    }
    return head->body_length > BODY_MAX ? "it is too large" : NULL;
}

static const char *read_header(const char *line, size_t length, struct head *head) {
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || !is_token(line, (size_t)(colon - line))) {
        return "a header line is malformed";
    }
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1;
    const char *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    while (value < end && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    if (is_named(line, name, "transfer-encoding")) {
        return "it has a transfer encoding";
    }
    return is_named(line, name, "content-length") ? read_length(value, (size_t)(end - value), head) : NULL;
}

static bool has_control(const char *line, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) {
            return true;
        }
    }
    return false;
}

static enum reading read_head(const char *bytes, size_t length, struct head *head, struct answer *answer) {
    size_t limit = length < HEAD_MAX ? length : HEAD_MAX;
    for (size_t at = 0;;) {
        const char *feed = memchr(bytes + at, '\n', limit - at);
        if (feed == NULL) {
            return limit == HEAD_MAX ? bad(answer, "its head is too large") : READING_MORE;
        }
        const char *line = bytes + at;
        size_t taken = (size_t)(feed - line) + 1;
        bool is_first = at == 0;
        at += taken;
        if (taken < 2 || feed[-1] != '\r' || has_control(line, taken - 2)) {
            return bad(answer, "a line of its head is malformed");
        }
        if (taken == 2 && !is_first) {
            head->length = at;
            return READING_WHOLE;
        }
        if (is_first && !read_status(line, taken - 2, head)) {
            return bad(answer, "its status line is malformed");
        }
        const char *trouble = is_first ? NULL : read_header(line, taken - 2, head);
        if (trouble != NULL) {
            return bad(answer, trouble);
        }
    }
}

/* Without a length the end of the connection ends the body, whether the daemon meant it or died: the JSON must tell. */
static enum reading read_unmeasured(struct answer *answer, bool at_end) {
    static struct problem unused;
    if (answer->body_length > BODY_MAX) {
        return bad(answer, "it is too large");
    }
    if (!at_end) {
        return READING_MORE;
    }
    return answer->status == 200 && !json_problem(answer->body, answer->body_length, &unused)
               ? bad(answer, "it breaks off")
               : READING_WHOLE;
}

static enum reading read_body(const struct head *head, size_t length, bool at_end, struct answer *answer) {
    answer->body_length = length - head->length;
    if (!head->has_body_length) {
        return read_unmeasured(answer, at_end);
    }
    if (answer->body_length < head->body_length) {
        return at_end ? bad(answer, "it breaks off") : READING_MORE;
    }
    answer->body_length = head->body_length;
    return head->status == 200 && head->body_length == 0 ? bad(answer, "it is empty") : READING_WHOLE;
}

enum reading answer_read(const char *bytes, size_t length, bool at_end, struct answer *answer) {
    struct head head = {0};
    enum reading reading = read_head(bytes, length, &head, answer);
    if (reading == READING_MORE && at_end) {
        return bad(answer, "it breaks off");
    }
    if (reading != READING_WHOLE) {
        return reading;
    }
    answer->status = head.status;
    answer->body = bytes + head.length;
    return read_body(&head, length, at_end, answer);
}

int answer_exit_code(int status) {
    switch (status) {
        case 400:
            return 2;
        case 401:
        case 403:
            return 5;
        case 404:
            return 7;
        case 409:
        case 423:
            return 4;
        case 503:
        case 504:
            return 6;
        default:
            return 1;
    }
}

void answer_explain(struct line *line, const struct answer *answer) {
    struct problem problem;
    bool readable = json_problem(answer->body, answer->body_length, &problem);
    if (!readable || !problem.detail.present || problem.detail.length == 0) {
        line_add(line, "the daemon answered with HTTP status ");
        line_number(line, (size_t)answer->status);
        line_add(line, " and no reason: see its log");
        return;
    }
    const struct text *detail = &problem.detail;
    const struct text *hint = &problem.hint;
    line_text(line, detail->bytes, detail->length);
    if (hint->present && memmem(detail->bytes, detail->length, hint->bytes, hint->length) == NULL) {
        line_add(line, " (");
        line_text(line, hint->bytes, hint->length);
        line_add(line, ")");
    }
}
