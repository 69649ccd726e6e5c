package dev.iambroker.emulator.fault;

import dev.iambroker.emulator.http.Header;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** How the OAuth servers of OpenShift clusters lie, and their API servers about them. */
final class OAuthLies {
    private static final String LOCATION = "Location";
    private static final String ENDPOINT = "authorization_endpoint";
    private static final String ELSEWHERE = "elsewhere.example";

    private OAuthLies() {}

    static HttpResponse error(HttpRequest request, String error) {
        return redirect("https://" + request.header("Host") + "/oauth/token/implicit#error=" + error
                + "&error_description=emulated+refusal");
    }

    static HttpResponse loginPage(HttpRequest request) {
        return redirect("https://" + request.header("Host") + "/login?then=%2Foauth%2Fauthorize");
    }

    static HttpResponse elsewhere(HttpResponse good) {
        return location(good, to -> to.replaceFirst("//[^/]*/", "//" + ELSEWHERE + "/"));
    }

    static HttpResponse withoutLife(HttpResponse good) {
        return location(good, to -> to.replaceFirst("&expires_in=[0-9]*", ""));
    }

    static HttpResponse endless(HttpResponse good) {
        return location(good, to -> to.replaceFirst("expires_in=[0-9]*", "expires_in=0"));
    }

    static HttpResponse otherType(HttpResponse good) {
        return location(good, to -> to.replaceFirst("token_type=Bearer", "token_type=mac"));
    }

    static HttpResponse documentElsewhere(HttpResponse good) {
        return document(good, json -> json.put(ENDPOINT, "https://" + ELSEWHERE + "/oauth/authorize"));
    }

    static HttpResponse documentPlain(HttpResponse good) {
        return document(
                good,
                json -> json.put(ENDPOINT, json.get(ENDPOINT).stringValue().replaceFirst("^https:", "http:")));
    }

    static HttpResponse documentSilent(HttpResponse good) {
        return document(good, json -> json.remove(ENDPOINT));
    }

    private static HttpResponse redirect(String to) {
        return HttpResponse.empty(302).with(LOCATION, to);
    }

    private static HttpResponse location(HttpResponse good, UnaryOperator<String> change) {
        for (Header header : good.headers()) {
            if (header.name().equals(LOCATION)) {
                return redirect(change.apply(header.value()));
            }
        }
        return good;
    }

    private static HttpResponse document(HttpResponse good, Consumer<ObjectNode> change) {
        ObjectNode body = Json.objectOrNull(good.body());
        if (body == null || !body.has(ENDPOINT)) {
            return good;
        }
        change.accept(body);
        return HttpResponse.json(200, body);
    }
}
