package dev.iambroker.emulator.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests one after the other from a connection, by RFC 9112 and without any of its leniencies: CRLF line ends only, no
 * folding, one Host, one length, never a length together with chunks.
 */
final class RequestReader {
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_BODY = 4 * 1024 * 1024;

    private final InputStream in;

    RequestReader(InputStream in) {
        this.in = in;
    }

    /** The next request, or null if the peer closed between two requests. */
    @Nullable
    HttpRequest next() throws IOException, BadFraming {
        String requestLine = line();
        if (requestLine == null) {
            return null;
        }
        String[] parts = requestLine.split(" ", -1);
        if (parts.length != 3 || parts[0].isEmpty() || !parts[1].startsWith("/")) {
            throw new BadFraming("malformed request line, expected METHOD /path HTTP/1.1");
        }
        if (!parts[2].equals("HTTP/1.1")) {
            throw new BadFraming("unsupported protocol version, expected HTTP/1.1");
        }
        List<Header> headers = headers();
        byte[] body = body(headers);
        int question = parts[1].indexOf('?');
        String path = question < 0 ? parts[1] : parts[1].substring(0, question);
        String query = question < 0 ? "" : parts[1].substring(question + 1);
        return new HttpRequest(parts[0], path, query, headers, body);
    }

    private List<Header> headers() throws IOException, BadFraming {
        List<Header> headers = new ArrayList<>();
        for (String line = requiredLine(); !line.isEmpty(); line = requiredLine()) {
            headers.add(header(line));
            if (headers.size() > MAX_HEADERS) {
                throw new BadFraming("too many header lines");
            }
        }
        if (values(headers, "Host").size() != 1) {
            throw new BadFraming("expected exactly one Host header");
        }
        return headers;
    }

    private static Header header(String line) throws BadFraming {
        int colon = line.indexOf(':');
        if (colon <= 0 || line.substring(0, colon).chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            throw new BadFraming("malformed header line");
        }
        return new Header(line.substring(0, colon), line.substring(colon + 1).strip());
    }

    private byte[] body(List<Header> headers) throws IOException, BadFraming {
        List<String> lengths = values(headers, "Content-Length");
        List<String> codings = values(headers, "Transfer-Encoding");
        if (lengths.size() + codings.size() > 1) {
            throw new BadFraming("more than one body length");
        }
        if (!codings.isEmpty()) {
            return chunked(codings.getFirst());
        }
        return lengths.isEmpty() ? new byte[0] : exactly(number(lengths.getFirst(), 10));
    }

    private byte[] chunked(String coding) throws IOException, BadFraming {
        if (!coding.equalsIgnoreCase("chunked")) {
            throw new BadFraming("unsupported transfer coding, expected chunked");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = number(requiredLine(), 16); size > 0; size = number(requiredLine(), 16)) {
            body.writeBytes(exactly(size));
            if (body.size() > MAX_BODY || !requiredLine().isEmpty()) {
                throw new BadFraming("malformed or too large chunk");
            }
        }
        if (!requiredLine().isEmpty()) {
            throw new BadFraming("trailers are not supported");
        }
        return body.toByteArray();
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the peer closed within a body");
        }
        return bytes;
    }

    private static int number(String digits, int radix) throws BadFraming {
        if (digits.isEmpty() || digits.length() > 8 || digits.chars().anyMatch(c -> Character.digit(c, radix) < 0)) {
            throw new BadFraming("malformed length");
        }
        int value = Integer.parseInt(digits, radix);
        if (value > MAX_BODY) {
            throw new BadFraming("body too large");
        }
        return value;
    }

    private String requiredLine() throws IOException, BadFraming {
        String line = line();
        if (line == null) {
            throw new EOFException("the peer closed within a request");
        }
        return line;
    }

    private @Nullable String line() throws IOException, BadFraming {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                return endOfInput(line);
            }
            if ((c < ' ' && c != '\t') || c == 127 || line.size() >= MAX_LINE) {
                throw new BadFraming("control character or line too long");
            }
            line.write(c);
        }
        if (in.read() != '\n') {
            throw new BadFraming("a line must end in CRLF");
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String endOfInput(ByteArrayOutputStream line) throws EOFException {
        if (line.size() > 0) {
            throw new EOFException("the peer closed within a line");
        }
        return null;
    }

    static List<String> values(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }
}
