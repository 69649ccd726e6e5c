package dev.iambroker.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An IAM, or what a proxy made of it, that repeats what it is sent wherever an answer has room. */
final class EchoingIam implements AutoCloseable {
    /** How many ways of answering there are. */
    static final int WAYS = 6;

    private final HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();

    EchoingIam() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int requests() {
        return requests.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String echo = URLDecoder.decode(form, StandardCharsets.UTF_8) + " " + form;
        String header = form.replaceAll("[^!-~]", "");
        exchange.getResponseHeaders().set("Transaction-Id", header);
        exchange.getResponseHeaders().set("Retry-After", header);
        switch (requests.getAndIncrement() % WAYS) {
            case 0 -> send(exchange, 400, error("BXNIM0415E", echo));
            case 1 -> send(exchange, 500, echo);
            case 2 -> send(exchange, 200, "{\"" + echo);
            case 3 -> {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/?" + header);
                send(exchange, 302, echo);
            }
            case 4 -> send(exchange, 400, error(header, echo));
            default -> {
                exchange.getResponseHeaders().set("Content-Type", header);
                send(exchange, 403, "<html>" + echo);
            }
        }
    }

    private static String error(String code, String echo) {
        ObjectNode context =
                JsonMapper.shared().createObjectNode().put("requestId", echo).put("url", echo);
        return JsonMapper.shared()
                .createObjectNode()
                .put("errorCode", code)
                .put("errorMessage", echo)
                .put("errorDetails", echo)
                .set("context", context)
                .toString();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
