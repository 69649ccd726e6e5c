package dev.iambroker.emulator.record;

import dev.iambroker.emulator.http.Header;
import dev.iambroker.emulator.http.HttpRequest;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Which headers a call may carry: those of its page, and what every HTTP client sends of its own accord. */
public final class HeaderRules {
    private static final Set<String> ALWAYS = Set.of(
            "host",
            "user-agent",
            "accept",
            "accept-encoding",
            "connection",
            "content-length",
            "transfer-encoding",
            "x-request-id",
            "x-correlation-id",
            "transaction-id",
            // java.net.http offers HTTP/2 on plain connections; a server is free to pass that over.
            "upgrade",
            "http2-settings");

    private HeaderRules() {}

    /** Refuses headers beyond the given ones (lower case), and any sent twice. */
    public static void check(HttpRequest request, Set<String> allowed) {
        Set<String> seen = new HashSet<>();
        for (Header header : request.headers()) {
            String name = header.name().toLowerCase(Locale.ROOT);
            if (!ALWAYS.contains(name) && !allowed.contains(name)) {
                throw Departure.strict("unexpected header " + header.name() + " on " + request.path());
            }
            if (!seen.add(name)) {
                throw Departure.strict("duplicate header " + header.name());
            }
        }
    }

    /** Refuses a request whose header is absent or has another value. */
    public static void require(HttpRequest request, String name, String value) {
        String sent = request.header(name);
        if (sent == null) {
            throw Departure.strict("missing header " + name + " on " + request.path() + ", expected " + value);
        }
        if (!sent.equals(value)) {
            throw Departure.strict(
                    "wrong header " + name + ": " + sent + " on " + request.path() + ", expected " + value);
        }
    }

    /** Refuses any query. */
    public static void noQuery(HttpRequest request) {
        if (!request.query().isEmpty()) {
            throw Departure.strict("unexpected query on " + request.path());
        }
    }
}
