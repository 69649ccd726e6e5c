package dev.iambroker.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PageRulesTest {
    private static final String HOST = "127.0.0.1:4711";
    private static final Pattern COOKIE = Pattern.compile("Set-Cookie: (iam-broker-page=[A-Za-z0-9_-]{43}); ");

    /** Each field and its value; every answer has them all. */
    private static final List<String> PROTECTION = List.of(
            "Cache-Control: no-store",
            "Referrer-Policy: no-referrer",
            "X-Content-Type-Options: nosniff",
            "X-Frame-Options: DENY",
            "Cross-Origin-Opener-Policy: same-origin",
            "Cross-Origin-Resource-Policy: same-origin",
            "Cross-Origin-Embedder-Policy: require-corp",
            "Connection: close",
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'");

    private final PageKeys keys = new PageKeys(new SecureRandom());
    private final PageRules rules = new PageRules(HOST, keys, new PageFiles(), () -> "{\"n\":1}");

    private static PageRequest request(String method, String target, String... fields) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (Arrays.stream(fields).noneMatch(field -> field.startsWith("Host:"))) {
            head.append("Host: " + HOST + "\r\n");
        }
        Arrays.stream(fields).forEach(field -> head.append(field).append("\r\n"));
        var in = new ByteArrayInputStream(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        return Objects.requireNonNull(PageRequest.read(in));
    }

    /** As it goes over the wire; every one is protected. */
    private String ask(String method, String target, String... fields) throws IOException {
        PageAnswer answer = rules.answer(request(method, target, fields));
        String text = new String(answer.bytes(method.equals("HEAD")), StandardCharsets.UTF_8);
        assertThat(text.lines().toList()).containsAll(PROTECTION);
        assertThat(text).doesNotContainIgnoringCase("access-control").doesNotContainIgnoringCase("server:");
        return text;
    }

    private String entry() {
        return "/open/" + keys.token();
    }

    /** Enters as a browser would; the {@code Cookie} field for later. */
    private String enter() throws IOException {
        Matcher cookie = COOKIE.matcher(ask("GET", entry(), "Sec-Fetch-Site: none"));
        assertThat(cookie.find()).isTrue();
        return "Cookie: " + cookie.group(1);
    }

    @Test
    void entry_tokenOfTheAddress_isSwappedForASessionThatNoScriptSees() throws IOException {
        String token = Objects.requireNonNull(keys.token());
        String answer = ask("GET", "/open/" + token, "Sec-Fetch-Site: none");

        assertThat(Base64.getUrlDecoder().decode(token)).hasSize(32);
        assertThat(answer)
                .startsWith("HTTP/1.1 303 See Other\r\n")
                .contains("Location: " + keys.home() + "\r\n")
                .containsPattern("Set-Cookie: iam-broker-page=[A-Za-z0-9_-]{43}; Path=" + keys.home()
                        + "; HttpOnly; SameSite=Strict\r\n")
                .doesNotContain(token)
                .endsWith("Content-Length: 0\r\n\r\n");
    }

    @Test
    void entry_secondUseOfTheToken_isRefusedAndSaysWhatToDo() throws IOException {
        String entry = entry();
        ask("GET", entry);

        String second = ask("GET", entry);

        assertThat(second)
                .startsWith("HTTP/1.1 403 ")
                .contains("Content-Type: text/plain", "run 'iam-broker status --web' again")
                .doesNotContain("Set-Cookie");
        assertThat(keys.token()).isNull();
    }

    @Test
    void entry_wrongToken_isRefusedAndSpendsNothing() throws IOException {
        for (String wrong : List.of("", "x", entry().substring(6, 30), entry().substring(6) + "A")) {
            assertThat(ask("GET", "/open/" + wrong)).startsWith("HTTP/1.1 403 ").doesNotContain("Set-Cookie");
        }
        assertThat(ask("GET", entry())).startsWith("HTTP/1.1 303 ");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, Sec-Fetch-Site: cross-site, 403",
        "GET, Sec-Fetch-Site: same-site, 403",
        "GET, 'Sec-Fetch-Site: none, none', 403",
        "GET, Sec-Fetch-Site: None, 403",
        "GET, Sec-Fetch-Site:, 403",
        "GET, Origin: null, 403",
        "GET, Origin: http://127.0.0.1:4712, 403",
        "GET, Origin: https://127.0.0.1:4711, 403",
        "GET, Origin: http://evil.example, 403",
        "GET, X-Forwarded-For: 10.0.0.1, 403",
        "GET, Forwarded: for=10.0.0.1, 403",
        "GET, Host: localhost:4711, 421",
        "GET, Host: 127.0.0.1, 421",
        "GET, Host: 127.0.0.1:4712, 421",
        "GET, Host: evil.example:4711, 421",
        "GET, Host: [::1]:4711, 421",
        "HEAD, Accept: */*, 405",
        "POST, Accept: */*, 405",
        "OPTIONS, Accept: */*, 405",
        "DELETE, Accept: */*, 405",
    })
    void request_ofAnotherSiteOrMethod_isRefusedSpendsNothingAndSeesNothing(String method, String field, int status)
            throws IOException {
        String entry = entry();

        assertThat(ask(method, entry, field))
                .startsWith("HTTP/1.1 " + status + " ")
                .doesNotContain("Set-Cookie");

        assertThat(keys.token()).as("not spent").isNotNull();
        String session = enter();
        boolean isPlainHead = method.equals("HEAD");
        for (String name : List.of("", "status.json", "page.js")) {
            assertThat(ask(method, keys.home() + name, session, field))
                    .startsWith("HTTP/1.1 " + (isPlainHead ? 200 : status) + " ")
                    .doesNotContain("\"n\"", "<html");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-Fetch-Site: none",
                "Sec-Fetch-Site: same-origin",
                "Origin: http://127.0.0.1:4711",
                "Accept: */*"
            })
    void request_ofThePageItself_isAnswered(String field) throws IOException {
        String session = enter();

        assertThat(ask("GET", keys.home(), session, field))
                .startsWith("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n")
                .contains("<title>iam-broker</title>");
        assertThat(ask("GET", keys.home() + "status.json", session, field))
                .startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                .endsWith("\r\n\r\n{\"n\":1}");
        assertThat(ask("HEAD", keys.home() + "status.json", session, field)).endsWith("Content-Length: 7\r\n\r\n");
        assertThat(ask("GET", keys.home() + "page.js", session, field)).contains("text/javascript");
        assertThat(ask("GET", keys.home() + "page.css", session, field)).contains("text/css");
        assertThat(ask("GET", keys.home() + "icon.svg", session, field)).contains("image/svg+xml");
    }

    @Test
    void request_withoutTheSession_isRefusedOnEveryPath() throws IOException {
        String session = enter();
        String wrong = session.substring(0, session.length() - 1) + (session.endsWith("A") ? "B" : "A");
        for (String path :
                List.of(keys.home(), keys.home() + "status.json", "/", "/page.js", "/favicon.ico", "/page/x/")) {
            assertThat(ask("GET", path)).startsWith("HTTP/1.1 403 ").contains("status --web' again");
            assertThat(ask("GET", path, wrong)).startsWith("HTTP/1.1 403 ");
            assertThat(ask("GET", path, "Cookie: iam-broker-page=")).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void request_withTheSessionAmongOtherCookies_isAnswered() throws IOException {
        String value = enter().substring("Cookie: ".length());

        assertThat(ask("GET", keys.home(), "Cookie: a=b; iam-broker-page=planted; " + value))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void request_unknownPath_is404AndQuotesNothing() throws IOException {
        String session = enter();
        for (String path : List.of(
                "/",
                "/v1/accounts",
                keys.home() + "../",
                keys.home() + "canary",
                keys.home() + "?x=canary",
                "/k/x" + keys.home())) {
            assertThat(ask("GET", path, session)).startsWith("HTTP/1.1 404 ").doesNotContain("canary");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\nOrigin: b\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nsec-fetch-site: none\r\nSec-Fetch-Site: cross-site\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\u0000\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno field\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n",
            })
    void request_thatIsReadInTwoWays_isNone(String bytes) throws IOException {
        assertThat(PageRequest.read(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1))))
                .isNull();
    }

    @Test
    void request_headBeyondTheLimit_isNone() throws IOException {
        String head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(16 * 1024) + "\r\n\r\n";

        assertThat(PageRequest.read(new ByteArrayInputStream(head.getBytes(StandardCharsets.ISO_8859_1))))
                .isNull();
    }

    @Test
    void files_together_areSmallAndNameNothingOutside() {
        var files = new PageFiles();
        int size = 0;
        for (String name : List.of("", "page.css", "page.js", "icon.svg")) {
            String body = Objects.requireNonNull(files.find(name)).body();
            size += body.length();
            assertThat(body.replace("http://www.w3.org/2000/svg", ""))
                    .doesNotContain("http:", "https:", "//cdn", "innerHTML", "eval(", "@import", "style=", "onclick");
        }
        assertThat(size).isLessThan(17 * 1024);
    }
}
