package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Chromium;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code status --web} in a real browser, as a user opens it and as others would like to. */
final class StatusPageIT {
    private static final Path TARGET = Path.of("target");
    private static final String READY = "document.querySelectorAll('article').length > 0";

    private static EmulatedCloud cloud;
    private static Workplace place;
    private static Daemon daemon;
    private static Chromium browser;

    private Process command;
    private String url;

    @BeforeAll
    static void startAll() throws Exception {
        Needs.program("chromium", "chromium");
        cloud = SampleCloud.start();
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        daemon = place.serve();
        assertThat(place.http().get("/v1/accounts/prod/token?kind=kube").status())
                .isEqualTo(200);
        browser = Chromium.start();
    }

    @AfterAll
    static void endAll() throws IOException {
        if (browser != null) {
            browser.close();
        }
        if (daemon != null) {
            daemon.close();
            place.close();
            cloud.close();
        }
    }

    @BeforeEach
    void startCommand() throws Exception {
        browser.open("about:blank#");
        browser.forget();
        run(place.socket());
    }

    @AfterEach
    void endCommand() throws InterruptedException {
        end();
    }

    private void run(Path socket) throws Exception {
        Path out = Files.createTempFile(place.directory(), "web-", ".out");
        Path err = Files.createTempFile(place.directory(), "web-", ".err");
        command = place.program("--socket", socket, "status", "--web")
                .start(Redirect.from(Path.of("/dev/null").toFile()), out, err);
        while (!Files.readString(out).endsWith("\n")) {
            assertThat(command.waitFor(20, TimeUnit.MILLISECONDS))
                    .as("ended: " + Files.readString(err))
                    .isFalse();
        }
        // Nothing else is printed, so that a script can take it as it stands.
        url = Files.readString(out).strip();
        assertThat(url).matches("http://127\\.0\\.0\\.1:[0-9]+/open/[A-Za-z0-9_-]{43}");
    }

    private void end() throws InterruptedException {
        command.destroy();
        assertThat(command.waitFor(20, TimeUnit.SECONDS)).as("ends at once").isTrue();
    }

    private String origin() {
        return "http://" + URI.create(url).getAuthority();
    }

    private void openPage() throws InterruptedException {
        browser.open(url);
        browser.await(READY);
    }

    private static String path() throws InterruptedException {
        return browser.eval("location.pathname").asString();
    }

    @Test
    void page_inABrowser_showsTheAccountsAsTheyStandAndAsksNobodyElse() throws Exception {
        openPage();

        assertThat(browser.eval("location.href").asString()).doesNotContain(url.substring(url.lastIndexOf('/') + 1));
        assertThat(browser.text("#summary")).contains("1 of 2 accounts are well", "shortest runway", "(prod)");
        assertThat(browser.text("article[aria-label=\"account prod\"]"))
                .contains("valid", "access", "kube", "in ", "now");
        assertThat(browser.text("article[aria-label=\"account dev\"]"))
                .contains("login required", "iam-broker login dev", "No token is held");
        assertThat(browser.eval("document.querySelectorAll('article[aria-label=\"account prod\"] .ok').length")
                        .asInt())
                .as("renewals in the plot")
                .isGreaterThanOrEqualTo(2);
        assertThat(browser.eval("document.querySelectorAll('article[aria-label=\"account prod\"] .bar .mark').length")
                        .asInt())
                .as("marks of the next refresh")
                .isEqualTo(2);
        assertThat(browser.text("#next")).contains("prod access in", "prod kube in");
        String first = browser.text("#seen");
        browser.await("document.querySelector('#seen').innerText !== '" + first + "'");
        assertNothingAmiss();
        assertOneStrictCookie();
        look();
    }

    /** By the protocol's own record: no message in the console, no violation of the policy, no request to others. */
    private void assertNothingAmiss() {
        assertThat(browser.events("Log.entryAdded")).isEmpty();
        assertThat(browser.events("Runtime.consoleAPICalled")).isEmpty();
        assertThat(browser.events("Runtime.exceptionThrown")).isEmpty();
        assertThat(browser.events("Audits.issueAdded")).isEmpty();
        List<String> asked = browser.events("Network.requestWillBeSent").stream()
                .map(event -> event.path("request").path("url").asString())
                .filter(each -> !each.startsWith("about:"))
                .toList();
        assertThat(asked).hasSizeGreaterThan(4).allMatch(each -> each.startsWith(origin() + "/"));
    }

    private void assertOneStrictCookie() throws InterruptedException {
        JsonNode cookies = browser.call("Network.getCookies", Map.of("urls", List.of(origin() + path())))
                .path("cookies");
        assertThat(cookies).hasSize(1);
        JsonNode cookie = cookies.path(0);
        assertThat(cookie.path("httpOnly").asBoolean()).isTrue();
        assertThat(cookie.path("sameSite").asString()).isEqualTo("Strict");
        assertThat(cookie.path("path").asString()).isEqualTo(path());
        assertThat(cookie.path("session").asBoolean()).isTrue();
        assertThat(browser.eval("document.cookie").asString()).isEmpty();
    }

    private static void look() throws IOException, InterruptedException {
        for (int width : new int[] {400, 1400}) {
            for (String scheme : List.of("light", "dark")) {
                browser.look(width, 700, scheme);
                assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
                        .as("nothing beyond the right edge")
                        .isLessThanOrEqualTo(width);
                browser.screenshot(TARGET.resolve("status-page-" + width + "-" + scheme + ".png"));
            }
        }
    }

    @Test
    void address_inASecondBrowser_isRefusedAndSaysWhatToDo() throws Exception {
        openPage();
        try (Chromium second = Chromium.start()) {
            second.open(url);
            assertThat(second.text("body")).contains("used before", "run 'iam-broker status --web' again");

            second.open(origin() + path());
            assertThat(second.text("body"))
                    .contains("belongs to another browser")
                    .doesNotContain("prod");
        }
    }

    /** Another port of the same address is the same site: it has all of the session that a browser would give away. */
    @Test
    void pageOfAnotherPort_knowsTheAddress_readsAndEmbedsNothing() throws Exception {
        openPage();
        String target = origin() + path();
        var asked = new ConcurrentLinkedQueue<String>();
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            asked.add(String.valueOf(exchange.getRequestHeaders().getFirst("Cookie")));
            byte[] body = "<!doctype html><title>other</title>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        other.start();
        try {
            browser.open("http://127.0.0.1:" + other.getAddress().getPort() + "/");
            JsonNode seen = browser.eval("""
                    (async () => {
                      const target = '%s', seen = [];
                      for (const options of [{}, { credentials: 'include' }, { mode: 'no-cors', credentials: 'include' }]) {
                        try {
                          const answer = await fetch(target + 'status.json', options);
                          seen.push(answer.type + (await answer.text()));
                        } catch (e) { seen.push(e.name); }
                      }
                      const frame = document.createElement('iframe');
                      await new Promise((done) => {
                        frame.onload = frame.onerror = done;
                        frame.src = target;
                        document.body.append(frame);
                      });
                      try { seen.push('frame ' + frame.contentDocument.body.innerText); } catch (e) { seen.push(e.name); }
                      const script = await new Promise((done) => {
                        const made = document.createElement('script');
                        made.onload = () => done('loaded');
                        made.onerror = () => done('error');
                        made.src = target + 'page.js';
                        document.body.append(made);
                      });
                      seen.push('script ' + script);
                      const opened = window.open(target);
                      seen.push('window ' + (opened === null ? 'none' : opened.length));
                      return seen;
                    })()""".formatted(target));

            assertThat(seen).hasSize(6);
            assertThat(seen.toString()).doesNotContain("prod", "accounts", "script loaded");
            assertThat(seen.path(0).asString()).isEqualTo("TypeError");
            assertThat(seen.path(1).asString()).isEqualTo("TypeError");
            assertThat(asked).as("the other port was sent no session").allMatch(each -> each.equals("null"));
        } finally {
            other.stop(0);
        }
        browser.open(target);
        browser.await(READY);
    }

    @Test
    void daemonAndThenCommandGone_pageSaysSinceWhenAndKeepsWhatItSaw() throws Exception {
        openPage();
        daemon.close();
        browser.await("document.querySelector('#alarm').innerText.startsWith('The daemon is away since ')");
        assertThat(browser.text("#alarm")).contains("What is shown is as of", "not reachable");
        assertThat(browser.text("article[aria-label=\"account prod\"]")).contains("valid");
        browser.look(1400, 700, "light");
        browser.screenshot(TARGET.resolve("status-page-away.png"));

        daemon = place.serve();
        browser.await("document.querySelector('#alarm').hidden");

        end();
        browser.await("document.querySelector('#alarm').innerText.startsWith('The command behind this page is gone')");
        assertThat(browser.text("article[aria-label=\"account prod\"]")).contains("access");
    }

    @Test
    void markupInWhatTheDaemonSays_isShownAsText() throws Exception {
        end();
        String evil = "<img src=x onerror=document.title='pwned'><script>document.title='pwned'</script>\u202edesrever";
        Path socket = place.directory().resolve("evil.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(() -> answerAll(server, JsonMapper.shared().writeValueAsString(evil)));
            run(socket);
            openPage();

            assertThat(browser.text("article h2")).contains("<img src=x onerror=document.title='pwned'><script>");
            assertThat(browser.text("article .error")).contains("<script>document.title='pwned'</script>");
            assertThat(browser.eval("document.body.innerText").asString()).doesNotContain("\u202e");
            assertThat(browser.eval("document.querySelectorAll('main img, main script').length")
                            .asInt())
                    .isZero();
            assertThat(browser.eval("document.title").asString()).isEqualTo("iam-broker");
            assertNothingAmiss();
        }
    }

    /** A daemon all of whose texts are {@code quoted}. */
    private static void answerAll(ServerSocketChannel server, String quoted) {
        String body =
                "{\"accounts\":[{\"name\":@,\"state\":@,\"login\":@,\"login_of\":@,\"account_id\":@,\"iam_id\":@,\"tokens\":{@:null,"
                                .replace("@", quoted)
                        + "\"access\":{\"expires_at\":@,\"refresh_at\":@}},\"refresh_token_expires_at\":@,"
                                .replace("@", quoted)
                        + "\"last_error\":{\"at\":@,\"iam_code\":@,\"detail\":@}}],\"notes\":[@]}".replace("@", quoted);
        byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
        while (server.isOpen()) {
            try (var client = server.accept()) {
                client.read(ByteBuffer.allocate(4096));
                client.write(ByteBuffer.wrap(answer));
            } catch (IOException closed) {
                return;
            }
        }
    }
}
