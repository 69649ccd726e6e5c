package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into requests, one at a time: HTTP/1.1 as RFC 9112 has it, less everything that
 * two parsers might read in two ways.
 *
 * <p>Confined to the connection's thread. Useless after it has thrown.
 */
public final class RequestParser {
    /** Room for the longest path and query that mean something here, several times over. */
    static final int MAX_REQUEST_LINE = 4096;

    /** Room for what curl, SDKs and Prometheus send, and for a long client secret. */
    static final int MAX_HEADER_BYTES = 16 * 1024;

    /** No client of ours sends a quarter of this. */
    static final int MAX_HEADERS = 64;

    /** KUBERNETES_EXEC_INFO with a bundle of certificates is the largest body there is, some tens of kilobytes. */
    static final int MAX_BODY = 64 * 1024;

    private final LineReader lines = new LineReader();
    private Stage stage = Stage.REQUEST_LINE;
    private boolean skippedBlankLine;
    private @Nullable RequestHead head;
    private @Nullable BodyReader body;
    private boolean continueDue;
    private boolean isHeadDue;

    private enum Stage {
        REQUEST_LINE,
        FIELDS,
        BODY
    }

    /**
     * Takes the next request off {@code in}, which stays the caller's; null while it is not whole.
     *
     * @throws MalformedRequest if no request can come of these bytes
     */
    public @Nullable HttpRequest next(ByteBuf in) {
        if (stage == Stage.REQUEST_LINE && !readRequestLine(in)) {
            return null;
        }
        if (stage == Stage.FIELDS && !readFields(in)) {
            return null;
        }
        return readBody(in);
    }

    /** Whether nothing of what comes next was taken yet, not even an empty line before it. */
    public boolean isAtStart() {
        return stage == Stage.REQUEST_LINE && !skippedBlankLine;
    }

    /** Whether a request has begun and not ended. */
    public boolean isMidRequest() {
        return stage != Stage.REQUEST_LINE;
    }

    /** About how many bytes of memory hold what was taken of a request that has not ended. */
    public int held() {
        return (head == null ? 0 : head.held()) + (body == null ? 0 : body.held());
    }

    /** The head of a request whose body is still missing, as a request without one. Null but once for each such request. */
    public @Nullable HttpRequest takeHead() {
        boolean due = isHeadDue && stage == Stage.BODY;
        isHeadDue = false;
        return due ? current(head).withBody(new byte[0]) : null;
    }

    /** Whether the client waits for {@code 100 Continue} before it sends the body. True once for each such request. */
    public boolean takeContinueDue() {
        boolean due = continueDue && stage == Stage.BODY;
        continueDue = false;
        return due;
    }

    private boolean readRequestLine(ByteBuf in) {
        String line = lines.next(in, MAX_REQUEST_LINE, ProblemType.TARGET_TOO_LONG);
        // RFC 9112 section 2.2: some clients send an empty line after a body. One is let pass.
        if (line != null && line.isEmpty() && !skippedBlankLine) {
            skippedBlankLine = true;
            line = lines.next(in, MAX_REQUEST_LINE, ProblemType.TARGET_TOO_LONG);
        }
        if (line == null) {
            return false;
        }
        head = RequestHead.ofRequestLine(line);
        stage = Stage.FIELDS;
        return true;
    }

    private boolean readFields(ByteBuf in) {
        RequestHead current = current(head);
        while (true) {
            String line = lines.next(in, current.bytesLeft(), ProblemType.HEADERS_TOO_LARGE);
            if (line == null) {
                return false;
            }
            if (line.isEmpty()) {
                body = current.complete();
                continueDue = current.expectsContinue();
                isHeadDue = true;
                stage = Stage.BODY;
                return true;
            }
            current.addField(line);
        }
    }

    private @Nullable HttpRequest readBody(ByteBuf in) {
        byte[] bytes = current(body).read(in);
        if (bytes == null) {
            return null;
        }
        HttpRequest request = current(head).withBody(bytes);
        head = null;
        body = null;
        skippedBlankLine = false;
        stage = Stage.REQUEST_LINE;
        return request;
    }

    private static <T> T current(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the parser has thrown before");
        }
        return part;
    }
}
