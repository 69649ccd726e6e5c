package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.LoopbackBroker;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two readers could read in two ways, each followed by one for a token on the same connection: the first is
 * refused and the connection closed, and what follows is never served.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SmugglingIT {
    private static final String HEAD = "POST /v1/accounts/prod/refresh HTTP/1.1\r\nHost: localhost\r\n";
    private static final String SMUGGLED =
            "GET /v1/accounts/prod/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + LoopbackBroker.SECRET
                    + "\r\nConnection: close\r\n\r\n";
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 [0-9]{3} ");

    private final LoopbackBroker broker;

    SmugglingIT() throws IOException, InterruptedException {
        broker = LoopbackBroker.start();
    }

    @AfterAll
    void stop() throws IOException {
        broker.close();
    }

    static Stream<Arguments> forms() {
        Map<String, String> bad = new TreeMap<>();
        putLengths(bad);
        putCodings(bad);
        putChunks(bad);
        putLines(bad);
        return bad.entrySet().stream().map(form -> {
            int status = Integer.parseInt(form.getKey().substring(0, 3));
            return Arguments.of(status, form.getKey().substring(4), form.getValue());
        });
    }

    private static void putLengths(Map<String, String> bad) {
        bad.put("400 two lengths, equal", HEAD + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}");
        bad.put("400 two lengths, different", HEAD + "Content-Length: 2\r\ncontent-length: 0\r\n\r\n{}");
        bad.put("400 a list of lengths", HEAD + "Content-Length: 2, 2\r\n\r\n{}");
        bad.put("400 a length with a sign", HEAD + "Content-Length: +2\r\n\r\n{}");
        bad.put("400 a negative length", HEAD + "Content-Length: -1\r\n\r\n");
        bad.put("400 a length in hexadecimal", HEAD + "Content-Length: 0x2\r\n\r\n{}");
        bad.put("400 a length with a space", HEAD + "Content-Length: 1 0\r\n\r\n{}");
        bad.put("400 an empty length", HEAD + "Content-Length:\r\n\r\n");
        bad.put("413 a huge length", HEAD + "Content-Length: 18446744073709551618\r\n\r\n{}");
        bad.put("413 a length above the limit", HEAD + "Content-Length: 65537\r\n\r\n");
        bad.put("400 a length and chunks", HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        bad.put("400 chunks and a length", HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");
        bad.put(
                "400 chunks in HTTP/1.0",
                HEAD.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }

    private static void putCodings(Map<String, String> bad) {
        String chunks = "\r\n\r\n0\r\n\r\n";
        bad.put("400 two codings", HEAD + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity" + chunks);
        bad.put("400 chunked twice", HEAD + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + chunks);
        bad.put("400 a vertical tab before the coding", HEAD + "Transfer-Encoding:\u000bchunked" + chunks);
        bad.put("400 a folded coding", HEAD + "Transfer-Encoding:\r\n chunked" + chunks);
        bad.put("400 a space before the colon", HEAD + "Transfer-Encoding : chunked" + chunks);
        bad.put("501 chunked, identity", HEAD + "Transfer-Encoding: chunked, identity" + chunks);
        bad.put("501 identity, chunked", HEAD + "Transfer-Encoding: identity, chunked" + chunks);
        bad.put("501 gzip, chunked", HEAD + "Transfer-Encoding: gzip, chunked" + chunks);
        bad.put("501 chunked with a parameter", HEAD + "Transfer-Encoding: chunked;q=1" + chunks);
        bad.put("501 chunked in quotes", HEAD + "Transfer-Encoding: \"chunked\"" + chunks);
        bad.put("501 nearly chunked", HEAD + "Transfer-Encoding: xchunked" + chunks);
        bad.put("501 an empty coding", HEAD + "Transfer-Encoding:" + chunks);
        bad.put("501 chunked after a no-break space", HEAD + "Transfer-Encoding: \u00a0chunked" + chunks);
    }

    private static void putChunks(Map<String, String> bad) {
        String head = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
        bad.put("400 a chunk without size", head + "\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk size that is no number", head + "xyz\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk size with 0x", head + "0x2\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk size with a sign", head + "+2\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a negative chunk size", head + "-2\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk size with a space", head + "2 \r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk size that overflows", head + "10000000000000002\r\n{}\r\n0\r\n\r\n");
        bad.put("413 a chunk size above the limit", head + "ffffffff\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk extension", head + "2;a=b\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk longer than its size", head + "1\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a chunk shorter than its size", head + "3\r\n{}\r\n0\r\n\r\n");
        bad.put("400 a bare LF after a chunk", head + "2\r\n{}\n0\r\n\r\n");
        bad.put("400 a bare LF after a chunk size", head + "2\n{}\r\n0\r\n\r\n");
        bad.put("400 a trailer", head + "0\r\nX: y\r\n\r\n");
        bad.put("400 a trailer that is a header", head + "0\r\nContent-Length: 5\r\n\r\n");
    }

    private static void putLines(Map<String, String> bad) {
        bad.put("400 obs-fold", HEAD + "X: a\r\n b\r\n\r\n");
        bad.put("400 obs-fold by a tab", HEAD + "X: a\r\n\tb\r\n\r\n");
        bad.put("400 a folded first header", "GET /livez HTTP/1.1\r\n Host: localhost\r\n\r\n");
        bad.put("400 bare LF", "GET /livez HTTP/1.1\nHost: localhost\n\n");
        bad.put("400 bare LF after a header", "GET /livez HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n");
        bad.put("400 bare LF at the end of the head", HEAD + "\n");
        bad.put("400 bare CR in a header", HEAD + "X: a\rContent-Length: 5\r\n\r\n");
        bad.put("400 bare CR in the request line", "GET /livez\r HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("400 NUL in a value", HEAD + "X: \0\r\n\r\n");
        bad.put("400 NUL in a name", HEAD + "X\0: y\r\n\r\n");
        bad.put("400 NUL in the target", "GET /livez\0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("400 a name with a space", HEAD + "X Y: z\r\n\r\n");
        bad.put("400 a header without name", HEAD + ": z\r\n\r\n");
        bad.put("400 a header without colon", HEAD + "X\r\n\r\n");
        bad.put("400 two Hosts", HEAD + "Host: localhost\r\n\r\n");
        bad.put("400 no Host", "GET /livez HTTP/1.1\r\n\r\n");
        bad.put("400 two blank lines before", "\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("400 two spaces in the request line", "GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("400 a tab in the request line", "GET\t/livez\tHTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("400 HTTP/0.9", "GET /livez\r\n");
        bad.put("400 a version in small letters", "GET /livez http/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("505 the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        bad.put("505 HTTP/1.2", "GET /livez HTTP/1.2\r\nHost: localhost\r\n\r\n");
        bad.put("400 the begin of TLS", "\u0016\u0003\u0001\0\u00c8\u0001\0\0\u00c4\u0003\u0003\r\n");
        bad.put("414 a request line without end", "GET /" + "x".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad.put("431 a header without end", HEAD + "X: " + "x".repeat(20_000) + "\r\n\r\n");
        bad.put("431 headers without end", HEAD + "X: y\r\n".repeat(100) + "\r\n");
        bad.put("417 an expectation", HEAD + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}");
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("forms")
    void form_thatTwoMayReadDifferently_refusedAndNothingAfterItServed(int status, String name, String bytes)
            throws IOException {
        String answer = broker.exchange(bytes + SMUGGLED);

        assertThat(answer).as(name).startsWith("HTTP/1.1 " + status + " ").contains("\r\nConnection: close\r\n");
        assertThat(STATUS_LINE.matcher(answer).results().count()).as(answer).isEqualTo(1);
        assertThat(answer).doesNotContain("access_token");
    }

    @Test
    void follower_ofAWellFormedRequest_isServed() throws IOException {
        String first = HEAD.replace("POST /v1/accounts/prod/refresh", "POST /nowhere");

        assertThat(broker.exchange(first + "Content-Length: 2\r\n\r\n{}" + SMUGGLED))
                .contains("access_token");
        assertThat(broker.exchange(first + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + SMUGGLED))
                .contains("access_token");
    }
}
