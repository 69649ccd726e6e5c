package dev.iambroker.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RequestParserTest {
    private static final String GET = "GET / HTTP/1.1\r\n";
    private static final String HOST = "Host: localhost\r\n";
    private static final String POST = "POST / HTTP/1.1\r\n" + HOST;
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final int MUTANTS = 20_000;

    /** What came of some bytes: each request in a line, then the status of the refusal, if any. */
    private record Outcome(List<String> requests, int refusal) {}

    static Stream<Arguments> refused() {
        return Stream.of(
                bad(400, "two lengths", POST + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
                bad(400, "two lengths in one", POST + "Content-Length: 1, 1\r\n\r\nx"),
                bad(400, "signed length", POST + "Content-Length: +1\r\n\r\nx"),
                bad(400, "negative length", POST + "Content-Length: -1\r\n\r\nx"),
                bad(400, "hexadecimal length", POST + "Content-Length: 0x1\r\n\r\nx"),
                bad(400, "empty length", POST + "Content-Length:\r\n\r\n"),
                bad(400, "length with a vertical tab", POST + "Content-Length: \u000b1\r\n\r\nx"),
                bad(
                        400,
                        "length and chunks",
                        POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                bad(
                        400,
                        "chunks and length",
                        POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                bad(400, "two codings", POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
                bad(501, "coding before chunked", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
                bad(501, "coding that looks like chunked", POST + "Transfer-Encoding: xchunked\r\n\r\n"),
                bad(400, "coding with control", POST + "Transfer-Encoding: \u000bchunked\r\n\r\n"),
                bad(400, "chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n"),
                bad(400, "space before colon", GET + "Host : localhost\r\n\r\n"),
                bad(400, "space in name", GET + HOST + "X Y: 1\r\n\r\n"),
                bad(400, "obs-fold", GET + HOST + "X: 1\r\n 2\r\n\r\n"),
                bad(400, "obs-fold by tab", GET + HOST + "X: 1\r\n\t2\r\n\r\n"),
                bad(400, "fold first", GET + " X: 1\r\n" + HOST + "\r\n"),
                bad(400, "no colon", GET + HOST + "X\r\n\r\n"),
                bad(400, "empty name", GET + HOST + ": x\r\n\r\n"),
                bad(400, "umlaut in name", GET + HOST + "\u00fc: x\r\n\r\n"),
                bad(400, "bare LF in head", "GET / HTTP/1.1\nHost: localhost\n\n"),
                bad(400, "bare LF between fields", GET + HOST + "X: 1\nY: 2\r\n\r\n"),
                bad(400, "bare LF at the end", GET + HOST + "\n"),
                bad(400, "bare CR in value", GET + HOST + "X: 1\rY: 2\r\n\r\n"),
                bad(400, "NUL in value", GET + HOST + "X: \u0000\r\n\r\n"),
                bad(400, "DEL in value", GET + HOST + "X: \u007f\r\n\r\n"),
                bad(400, "no Host", GET + "\r\n"),
                bad(400, "two Hosts", GET + HOST + HOST + "\r\n"),
                bad(400, "Host with path", GET + "Host: a/b\r\n\r\n"),
                bad(400, "Host with user", GET + "Host: a@b\r\n\r\n"),
                bad(400, "Host with space", GET + "Host: a b\r\n\r\n"),
                bad(400, "Host with two ports", GET + "Host: a:1:2\r\n\r\n"),
                bad(400, "Host with empty port", GET + "Host: a:\r\n\r\n"),
                bad(400, "Host with open bracket", GET + "Host: [::1\r\n\r\n"),
                bad(
                        400,
                        "two Authorizations",
                        GET + HOST + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"),
                bad(400, "absolute form", "GET http://localhost/ HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "asterisk form", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "authority form", "CONNECT localhost:1 HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "two spaces", "GET  / HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "space in target", "GET /a b HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "tab for space", "GET\t/ HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "fragment", "GET /#a HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "umlaut in target", "GET /\u00fc HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "no version", "GET /\r\n" + HOST + "\r\n"),
                bad(400, "method with slash", "G/T / HTTP/1.1\r\n" + HOST + "\r\n"),
                bad(400, "lower case version", "GET / http/1.1\r\n" + HOST + "\r\n"),
                bad(400, "two empty lines first", "\r\n\r\n" + GET + HOST + "\r\n"),
                bad(400, "TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\n"),
                bad(505, "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                bad(505, "HTTP/1.2", "GET / HTTP/1.2\r\n" + HOST + "\r\n"),
                bad(417, "other expectation", POST + "Expect: 200-ok\r\n\r\n"),
                bad(400, "chunk size missing", CHUNKED + "\r\n"),
                bad(400, "chunk size signed", CHUNKED + "+1\r\nx\r\n0\r\n\r\n"),
                bad(400, "chunk size prefixed", CHUNKED + "0x1\r\nx\r\n0\r\n\r\n"),
                bad(400, "chunk size with space", CHUNKED + "1 \r\nx\r\n0\r\n\r\n"),
                bad(400, "chunk extension", CHUNKED + "1;a\r\nx\r\n0\r\n\r\n"),
                bad(400, "chunk size in other digits", CHUNKED + "\u00b2\r\nx\r\n0\r\n\r\n"),
                bad(400, "chunk longer than said", CHUNKED + "1\r\nxy\r\n0\r\n\r\n"),
                bad(400, "chunk line ended by LF", CHUNKED + "1\nx\r\n0\r\n\r\n"),
                bad(400, "chunk data ended by LF", CHUNKED + "1\r\nx\n0\r\n\r\n"),
                bad(400, "chunk size of nine digits", CHUNKED + "000000001\r\nx\r\n0\r\n\r\n"),
                bad(400, "trailer", CHUNKED + "0\r\nX: 1\r\n\r\n"),
                bad(413, "length over the limit", POST + "Content-Length: 65537\r\n\r\n"),
                bad(413, "length of many digits", POST + "Content-Length: 99999999999999999999\r\n\r\n"),
                bad(413, "chunk over the limit", CHUNKED + "10001\r\n"),
                bad(413, "chunk size that overflows", CHUNKED + "80000000\r\n"),
                bad(413, "chunks over the limit", CHUNKED + "8000\r\n" + "x".repeat(0x8000) + "\r\n8001\r\n"),
                bad(414, "long target", "GET /" + "a".repeat(4096) + " HTTP/1.1\r\n"),
                bad(414, "endless request line", "G".repeat(4097)),
                bad(431, "long field", GET + HOST + "X: " + "a".repeat(16 * 1024) + "\r\n\r\n"),
                bad(431, "endless field", GET + HOST + "X: " + "a".repeat(16 * 1024)),
                bad(431, "many fields", GET + HOST + "X: 1\r\n".repeat(64) + "\r\n"));
    }

    private static Arguments bad(int status, String name, String bytes) {
        return Arguments.of(status, name, bytes);
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("refused")
    void next_badBytes_refusedInOnePieceAndInMany(int status, String name, String bytes) {
        assertThat(parse(bytes, bytes.length())).as(name).isEqualTo(new Outcome(List.of(), status));
        assertThat(parse(bytes, 1)).as(name + ", a byte at a time").isEqualTo(new Outcome(List.of(), status));
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                good("GET / keep []", GET + HOST + "\r\n"),
                good("GET /a?b=%20 keep []", "GET /a?b=%20 HTTP/1.1\r\n" + HOST + "\r\n"),
                good("BREW / keep []", "BREW / HTTP/1.1\r\nhost:\t[::1]:8180 \r\n\r\n"),
                good("GET / keep []", GET + "Host:\r\n\r\n"),
                good("GET / keep []", GET + HOST + "X:\r\nY: \u00fc\t\"\r\n\r\n"),
                good("GET / keep []", "\r\n" + GET + HOST + "\r\n"),
                good("GET / close []", GET + HOST + "Connection: Keep-Alive, Close\r\n\r\n"),
                good("HEAD / close []", "HEAD / HTTP/1.1\r\n" + HOST + "\r\n"),
                good("GET / close []", GET + HOST + "Connection: x\r\nConnection: close\r\n\r\n"),
                good("GET / close []", "GET / HTTP/1.0\r\n" + HOST + "Connection: keep-alive\r\n\r\n"),
                good("POST / keep [abc]", POST + "Content-Length: 3\r\n\r\nabc"),
                good("POST / keep [abc]", POST + "Content-Length: 0003\r\n\r\nabc"),
                good("POST / keep []", POST + "Content-Length: 0\r\n\r\n"),
                good("POST / keep [a\r\nbcd]", CHUNKED + "3\r\na\r\n\r\n003\r\nbcd\r\n0\r\n\r\n"),
                good("POST / keep []", POST + "transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n"),
                good("POST / keep [x]", POST + "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx"),
                good("GET / keep []", GET + HOST + "X: 1\r\n".repeat(63) + "\r\n"),
                good(
                        "POST / keep [" + "x".repeat(65536) + "]",
                        POST + "Content-Length: 65536\r\n\r\n" + "x".repeat(65536)));
    }

    private static Arguments good(String expected, String bytes) {
        return Arguments.of(expected, bytes);
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("accepted")
    void next_goodBytes_requestInOnePieceAndInMany(String expected, String bytes) {
        assertThat(parse(bytes, bytes.length())).isEqualTo(new Outcome(List.of(expected), 0));
        assertThat(parse(bytes, 1)).isEqualTo(new Outcome(List.of(expected), 0));
    }

    @Test
    void next_pipelined_eachInItsOrderWhateverThePieces() {
        String bytes = pipelined();

        for (int piece = 1; piece <= bytes.length(); piece++) {
            assertThat(parse(bytes, piece).requests())
                    .as("pieces of %d", piece)
                    .containsExactly("GET /1 keep []", "POST / keep [abc]", "POST / keep [xyz]", "GET /2 close []");
        }
    }

    @Test
    void next_cutAnywhere_nothingMoreThanWhatIsWhole() {
        String bytes = POST + "Content-Length: 3\r\n\r\nabc";

        for (int end = 0; end < bytes.length(); end++) {
            assertThat(parse(bytes.substring(0, end), 7)).isEqualTo(new Outcome(List.of(), 0));
        }
    }

    @Test
    void next_bytesFollow_areLeftInTheBuffer() {
        ByteBuf in = Unpooled.copiedBuffer(GET + HOST + "\r\nGET /next", StandardCharsets.ISO_8859_1);

        assertThat(new RequestParser().next(in)).isNotNull();

        assertThat(in.toString(StandardCharsets.ISO_8859_1)).isEqualTo("GET /next");
    }

    @Test
    void takeContinueDue_bodyAwaited_onceAndOnlyThen() {
        RequestParser parser = new RequestParser();
        ByteBuf in = Unpooled.buffer();
        in.writeCharSequence(POST + "Expect: 100-continue\r\nContent-Length: 1\r\n", StandardCharsets.US_ASCII);
        parser.next(in);
        assertThat(parser.takeContinueDue()).isFalse();
        in.writeCharSequence("\r\n", StandardCharsets.US_ASCII);
        parser.next(in);

        assertThat(parser.takeContinueDue()).isTrue();
        assertThat(parser.takeContinueDue()).isFalse();
    }

    @Test
    void next_mutatedRequests_parsedOrRefusedAndPiecesMakeNoDifference() {
        Random random = new Random(20260101);
        for (int i = 0; i < MUTANTS; i++) {
            String mutant = mutated(pipelined(), random);
            Outcome whole = parse(mutant, mutant.length());
            int piece = 1 + random.nextInt(40);

            assertThat(parse(mutant, piece))
                    .as(() -> "mutant " + escaped(mutant))
                    .isEqualTo(whole);
        }
    }

    private static String pipelined() {
        return "GET /1 HTTP/1.1\r\n" + HOST + "\r\n" + POST + "Content-Length: 3\r\n\r\nabc" + CHUNKED
                + "2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n" + "GET /2 HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n";
    }

    private static String mutated(String original, Random random) {
        StringBuilder text = new StringBuilder(original);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(Math.max(1, text.length() - 1));
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.replace(at, at + 1, "\n");
                case 2 -> text.insert(at, "\r\n :;,0\u0000\t/%?".charAt(random.nextInt(12)));
                case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(60))));
                default -> text.setLength(Math.max(2, at));
            }
        }
        return text.toString();
    }

    private static String escaped(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n");
    }

    private static Outcome parse(String text, int piece) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        RequestParser parser = new RequestParser();
        ByteBuf in = Unpooled.buffer();
        List<String> requests = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += piece) {
            in.writeBytes(bytes, from, Math.min(piece, bytes.length - from));
            MalformedRequest malformed =
                    catchThrowableOfType(MalformedRequest.class, () -> drain(parser, in, requests));
            if (malformed != null) {
                return new Outcome(requests, malformed.answer().status());
            }
        }
        return new Outcome(requests, 0);
    }

    private static void drain(RequestParser parser, ByteBuf in, List<String> requests) {
        HttpRequest request = parser.next(in);
        while (request != null) {
            requests.add(described(request));
            request = parser.next(in);
        }
    }

    private static String described(HttpRequest request) {
        String query = request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery();
        return request.method() + " " + request.rawPath() + query + (request.keepAlive() ? " keep [" : " close [")
                + new String(request.body(), StandardCharsets.ISO_8859_1) + "]";
    }
}
