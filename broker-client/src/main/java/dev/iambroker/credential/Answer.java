package dev.iambroker.credential;

import org.jspecify.annotations.Nullable;

/**
 * The daemon's answer: HTTP/1.1 as the daemon writes it, and nothing beyond that. An answer that breaks off is never
 * whole: by its length, and without one by its JSON.
 */
final class Answer {

    /** The daemon's heads are below 1 KiB. */
    static final int HEAD_MAX = 16 * 1024;

    /** A token of many groups is some 10 KiB. */
    static final int BODY_MAX = 1024 * 1024;

    private final byte[] bytes;
    private final int status;
    private final int from;
    private final int end;

    private Answer(byte[] bytes, int status, int from, int end) {
        this.bytes = bytes;
        this.status = status;
        this.from = from;
        this.end = end;
    }

    /**
     * Reads the first {@code length} bytes, all that came so far; {@code atEnd} says that no more will come.
     *
     * @return null when more is needed; else an answer that points into the bytes
     */
    static @Nullable Answer read(byte[] bytes, int length, boolean atEnd) throws BadAnswer {
        Head head = Head.read(bytes, length);
        if (head == null) {
            return more(atEnd);
        }
        int status = head.status();
        int from = head.length();
        if (head.bodyLength() < 0) {
            return readUnmeasured(new Answer(bytes, status, from, length), atEnd);
        }
        int end = from + head.bodyLength();
        if (length < end) {
            return more(atEnd);
        }
        if (status == 200 && end == from) {
            throw new BadAnswer("it is empty");
        }
        return new Answer(bytes, status, from, end);
    }

    private static @Nullable Answer more(boolean atEnd) throws BadAnswer {
        if (atEnd) {
            throw new BadAnswer("it breaks off");
        }
        return null;
    }

    /** Without a length the end of the connection ends the body, whether the daemon meant it or died: the JSON must tell. */
    private static @Nullable Answer readUnmeasured(Answer answer, boolean atEnd) throws BadAnswer {
        if (answer.bodyLength() > BODY_MAX) {
            throw new BadAnswer("it is too large");
        }
        if (!atEnd) {
            return null;
        }
        if (answer.status == 200 && Problem.read(answer.bytes, answer.from, answer.end) == null) {
            throw new BadAnswer("it breaks off");
        }
        return answer;
    }

    int status() {
        return status;
    }

    int bodyStart() {
        return from;
    }

    int bodyLength() {
        return end - from;
    }

    /** The command's exit code for this status. */
    int exitCode() {
        return switch (status) {
            case 400 -> 2;
            case 401, 403 -> 5;
            case 404 -> 7;
            case 409, 423 -> 4;
            case 503, 504 -> 6;
            default -> 1;
        };
    }

    /** Appends what an answer other than 200 says to the person: its detail, and its hint unless the detail says it. */
    void explain(Line line) {
        Problem problem = Problem.read(bytes, from, end);
        Text detail = problem == null ? null : problem.detail();
        if (problem == null || detail == null || detail.isEmpty()) {
            line.add("the daemon answered with HTTP status ").number(status);
            line.add(" and no reason: see its log");
            return;
        }
        detail.appendTo(line);
        Text hint = problem.hint();
        if (hint != null && !detail.contains(hint)) {
            line.add(" (");
            hint.appendTo(line);
            line.add(")");
        }
    }
}
