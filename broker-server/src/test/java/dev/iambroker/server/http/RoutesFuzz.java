package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Any request is answered on every listener, none with an internal error, and no answer repeats a word of it: what
 * stands for {@code ~} in the input is looked for in the answers.
 */
public final class RoutesFuzz {
    private static final String CANARY = "kNaRyQx7";

    private static final FakeBroker BROKER = new FakeBroker();
    private static final MetricsExposition METRICS = accept -> MetricsExposition.Scrape.of("text/plain", "m 1\n");
    private static final RouteTable ROUTES = Routes.all(
            BROKER,
            new FakeLock(),
            new FakeShares(),
            METRICS,
            account -> null,
            new KubeconfigTemplate(Path.of("/opt/iam-broker-credential"), Path.of("/run/b.sock")),
            List.of("a note"),
            new TokenAnswers(() -> 0L),
            new MetadataSessions(() -> 0, InstantSource.system()),
            new FakeTrail(),
            null);
    private static final List<HttpService> SERVICES = List.of(
            service(ROUTES, TransportRules.unixSocket(ClientSecrets.NONE)),
            service(ROUTES, TransportRules.loopback(presented -> Set.of("ci"), Set.of("livez"))),
            service(Routes.metricsOnly(BROKER, METRICS), TransportRules.metrics(Set.of("broker.example"))));

    private RoutesFuzz() {}

    private static HttpService service(RouteTable routes, TransportRules rules) {
        return new HttpService(routes, rules, BROKER, RequestEvents.NONE, () -> 0L);
    }

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1).replace("~", CANARY);
        ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        try {
            HttpRequest request = new RequestParser().next(in);
            if (request != null) {
                SERVICES.forEach(service -> check(ask(service, request)));
            }
        } catch (MalformedRequest refused) {
            check(refused.answer());
        } finally {
            in.release();
            BROKER.asked.clear();
            BROKER.clients.clear();
        }
    }

    private static Answer ask(HttpService service, HttpRequest request) {
        Exchange exchange = service.begin(request, TestRequests.TCP);
        Answer now = exchange.now();
        return now == null ? exchange.later() : now;
    }

    private static void check(Answer answer) {
        String text = TestRequests.text(answer);
        if (answer.status() == ProblemType.INTERNAL.status()) {
            throw new AssertionError("an internal error: " + text);
        }
        if (containsCanary(text)) {
            throw new AssertionError("the answer repeats the request: " + text);
        }
    }

    private static boolean containsCanary(String text) {
        return text.toLowerCase(Locale.ROOT).contains(CANARY.toLowerCase(Locale.ROOT));
    }
}
