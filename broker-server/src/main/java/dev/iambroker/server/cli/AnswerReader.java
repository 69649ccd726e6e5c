package dev.iambroker.server.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads one HTTP answer, strictly: whatever serves the socket and is not a broker is noticed here. */
final class AnswerReader {
    /** Far above what the daemon sends, far below what would hurt. */
    private static final int MAX_HEAD = 16 * 1024;

    /** As it is sent; of ten thousand accounts a list takes some hundred kilobytes, packed. */
    private static final int MAX_BODY = 8 * 1024 * 1024;

    /** Unpacked. */
    private static final int MAX_CONTENT = 32 * 1024 * 1024;

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 ([2-5][0-9][0-9])( [\\x20-\\x7e\\t]*)?");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([^\\x00-\\x08\\x0a-\\x1f\\x7f]*)");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");

    private final InputStream in;
    private @Nullable String etag;
    private @Nullable String encoding;

    AnswerReader(InputStream in) {
        this.in = in;
    }

    BrokerAnswer read() throws IOException {
        var lines = readHead().split("\r\n", -1);
        var status = status(lines[0]);
        var length = status == 204 ? 0 : contentLength(lines);
        var body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("the answer was cut off");
        }
        return new BrokerAnswer(status, etag, unpacked(body));
    }

    private byte[] unpacked(byte[] body) throws IOException {
        if (encoding == null) {
            return body;
        }
        if (!encoding.equals("gzip")) {
            throw new IOException("the answer is packed in a way that was not asked for");
        }
        try (var content = new GZIPInputStream(new ByteArrayInputStream(body))) {
            var all = content.readNBytes(MAX_CONTENT);
            if (content.read() >= 0) {
                throw new IOException("the answer is longer than " + MAX_CONTENT + " bytes");
            }
            return all;
        }
    }

    private String readHead() throws IOException {
        var head = new StringBuilder(512);
        while (head.length() < MAX_HEAD) {
            var octet = in.read();
            if (octet < 0) {
                throw new IOException(
                        head.isEmpty() ? "the connection was closed without an answer" : "the answer was cut off");
            }
            head.append((char) octet);
            if (octet == '\n' && endsHead(head)) {
                return head.substring(0, head.length() - 4);
            }
        }
        throw new IOException("the answer's head is longer than " + MAX_HEAD + " bytes");
    }

    private static boolean endsHead(StringBuilder head) {
        return head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n");
    }

    private static int status(String line) throws IOException {
        var match = STATUS_LINE.matcher(line);
        if (!match.matches()) {
            throw new IOException("the answer is not HTTP/1.1");
        }
        return Integer.parseInt(match.group(1));
    }

    private int contentLength(String[] lines) throws IOException {
        @Nullable String length = null;
        for (var i = 1; i < lines.length; i++) {
            var field = FIELD.matcher(lines[i]);
            if (!field.matches()) {
                throw new IOException("the answer has a malformed header");
            }
            switch (field.group(1).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = only(length, field.group(2).strip());
                case "etag" -> etag = field.group(2).strip();
                case "content-encoding" -> encoding = field.group(2).strip();
                case "transfer-encoding" -> throw new IOException("the answer has no plain length");
                default -> {}
            }
        }
        return bounded(length);
    }

    private static String only(@Nullable String earlier, String length) throws IOException {
        if (earlier != null || !LENGTH.matcher(length).matches()) {
            throw new IOException("the answer has no single valid length");
        }
        return length;
    }

    private static int bounded(@Nullable String length) throws IOException {
        if (length == null) {
            throw new IOException("the answer has no length");
        }
        var bytes = Integer.parseInt(length);
        if (bytes > MAX_BODY) {
            throw new IOException("the answer is longer than " + MAX_BODY + " bytes");
        }
        return bytes;
    }
}
