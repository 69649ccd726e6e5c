package dev.iambroker.server.http;

import java.util.EnumMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The request line and the header fields, while they arrive. */
final class RequestHead {
    private final String method;
    private final String target;
    private final boolean isHttp10;
    private final EnumMap<HeaderName, String> fields = new EnumMap<>(HeaderName.class);
    private int count;
    private int bytes;

    private RequestHead(String method, String target, boolean isHttp10) {
        this.method = method;
        this.target = target;
        this.isHttp10 = isHttp10;
    }

    static RequestHead ofRequestLine(String line) {
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        if (first < 0 || second < 0 || !Syntax.isToken(line, 0, first)) {
            throw MalformedRequest.because("the request line is not METHOD TARGET HTTP/1.1");
        }
        boolean isHttp10 = isHttp10(line.substring(second + 1));
        return new RequestHead(line.substring(0, first), checkedTarget(line.substring(first + 1, second)), isHttp10);
    }

    private static boolean isHttp10(String version) {
        if (version.equals("HTTP/1.1")) {
            return false;
        }
        if (version.equals("HTTP/1.0")) {
            return true;
        }
        boolean isOther = version.length() == 8 && version.startsWith("HTTP/") && version.charAt(6) == '.';
        throw isOther
                ? new MalformedRequest(ProblemType.VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here")
                : MalformedRequest.because("the request line does not end in HTTP/1.1");
    }

    /** Absolute and authority form are for proxies, the asterisk for OPTIONS: none of them names anything here. */
    private static String checkedTarget(String target) {
        if (!target.startsWith("/") || !Syntax.isTarget(target)) {
            throw MalformedRequest.because("the request target is a path that starts with / and is percent-encoded");
        }
        return target;
    }

    /** About how many bytes it takes. */
    int held() {
        return target.length() + bytes;
    }

    /** How long the next line may be. */
    int bytesLeft() {
        return RequestParser.MAX_HEADER_BYTES - bytes;
    }

    void addField(String line) {
        bytes += line.length() + 2;
        if (++count > RequestParser.MAX_HEADERS) {
            throw new MalformedRequest(ProblemType.HEADERS_TOO_LARGE, "too many header fields");
        }
        int colon = line.indexOf(':');
        // This refuses, too, a space before the colon and a line that continues the one before (obs-fold).
        if (colon < 0 || !Syntax.isToken(line, 0, colon)) {
            throw MalformedRequest.because("a header field is not NAME: VALUE on one line, without space in the name");
        }
        if (!Syntax.isFieldValue(line, colon + 1)) {
            throw MalformedRequest.because("a header field has a control character in its value");
        }
        HeaderName name = HeaderName.ofWord(line.substring(0, colon));
        if (name != null) {
            put(name, trimmed(line, colon + 1));
        }
    }

    private void put(HeaderName name, String value) {
        String before = fields.putIfAbsent(name, value);
        if (before == null) {
            return;
        }
        if (name.isOnce()) {
            throw MalformedRequest.because("two " + name.word() + " headers: send one");
        }
        fields.put(name, before + ", " + value);
    }

    /** Ends the header section and says what body follows. */
    BodyReader complete() {
        String host = fields.get(HeaderName.HOST);
        if (host == null || !Syntax.isHost(host)) {
            throw MalformedRequest.because("the Host header is missing or not HOST or HOST:PORT");
        }
        checkExpectation();
        return body(fields.get(HeaderName.CONTENT_LENGTH), fields.get(HeaderName.TRANSFER_ENCODING));
    }

    private void checkExpectation() {
        String expect = fields.get(HeaderName.EXPECT);
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            throw new MalformedRequest(ProblemType.EXPECTATION_FAILED, "Expect is supported as 100-continue only");
        }
    }

    private BodyReader body(@Nullable String length, @Nullable String coding) {
        if (coding == null) {
            return length == null ? BodyReader.NONE : new BodyReader.Sized(sizeOf(length));
        }
        // RFC 9112 section 6.1: both at once, or chunks in HTTP/1.0, are how requests are smuggled.
        if (length != null || isHttp10) {
            throw MalformedRequest.because("Transfer-Encoding together with Content-Length or HTTP/1.0");
        }
        if (!coding.equalsIgnoreCase("chunked")) {
            throw new MalformedRequest(
                    ProblemType.CODING_NOT_IMPLEMENTED, "the only transfer coding understood is chunked");
        }
        return new BodyReader.Chunked();
    }

    private static int sizeOf(String length) {
        if (!Syntax.isDigits(length, 0, length.length())) {
            throw MalformedRequest.because("Content-Length is not a number");
        }
        if (length.length() > 9 || Integer.parseInt(length) > RequestParser.MAX_BODY) {
            throw BodyReader.tooLarge();
        }
        return Integer.parseInt(length);
    }

    boolean expectsContinue() {
        return !isHttp10 && fields.containsKey(HeaderName.EXPECT);
    }

    HttpRequest withBody(byte[] body) {
        return new HttpRequest(method, target, fields, keepAlive(), body);
    }

    private boolean keepAlive() {
        String connection = fields.get(HeaderName.CONNECTION);
        // No route takes HEAD, and the refusal has a body where HEAD must have none: nothing may follow it.
        if (isHttp10 || method.equals("HEAD")) {
            return false;
        }
        if (connection == null) {
            return true;
        }
        for (String option : connection.toLowerCase(Locale.ROOT).split(",", -1)) {
            if (option.strip().equals("close")) {
                return false;
            }
        }
        return true;
    }

    /** Without the spaces and tabs around it (RFC 9110 section 5.5); nothing else counts as space here. */
    private static String trimmed(String line, int from) {
        int start = from;
        int end = line.length();
        while (start < end && isBlank(line.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
