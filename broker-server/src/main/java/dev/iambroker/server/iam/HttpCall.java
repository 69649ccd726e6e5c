package dev.iambroker.server.iam;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One request, exactly the headers that its page names. Confined to the thread that builds and sends it. */
final class HttpCall {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String JSON = "application/json";

    private final URI uri;
    private final @Nullable String body;
    private final List<String> headers = new ArrayList<>();
    private boolean isHttp11;

    private HttpCall(URI uri, @Nullable String body) {
        this.uri = uri;
        this.body = body;
    }

    static HttpCall get(URI uri) {
        return new HttpCall(uri, null);
    }

    static HttpCall post(URI uri, Form form) {
        return new HttpCall(uri, form.encoded()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }

    static HttpCall postJson(URI uri, String json) {
        return new HttpCall(uri, json).header(CONTENT_TYPE, JSON);
    }

    HttpCall contentTypeJson() {
        return header(CONTENT_TYPE, JSON);
    }

    HttpCall acceptJson() {
        return header("Accept", JSON);
    }

    /** Any value will do: that a header is there at all shows that no page in a browser asks. */
    HttpCall csrfToken() {
        return header("X-CSRF-Token", "1");
    }

    /** HTTP/2 keeps what it saw of headers in a table, as long as the connection lives; a token would be among them. */
    HttpCall http11() {
        isHttp11 = true;
        return this;
    }

    @Reveals("the one-time passcode goes into the Authorization header of the OAuth server that it was made for")
    HttpCall passcode(Secret passcode) {
        byte[] pair = ("passcode:" + passcode.reveal()).getBytes(StandardCharsets.UTF_8);
        return header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }

    HttpCall client(OAuthClient client) {
        return header("Authorization", client.basic());
    }

    HttpCall noCache() {
        return header("cache-control", "no-cache");
    }

    HttpCall region(@Nullable String region) {
        return region == null ? this : header("X-Region", region);
    }

    /** In lower case, as every page writes the scheme. */
    @Reveals("the access token goes into the Authorization header of IBM's own service")
    HttpCall bearer(Secret accessToken) {
        return header("Authorization", "bearer " + accessToken.reveal());
    }

    @Reveals("the pages of the Bluemix generations want the refresh token beside the access token")
    HttpCall refreshToken(@Nullable Secret refreshToken) {
        return refreshToken == null ? this : header("X-Auth-Refresh-Token", refreshToken.reveal());
    }

    URI uri() {
        return uri;
    }

    /** Host, and port where the URI names one. */
    String host() {
        return uri.getRawAuthority();
    }

    /**
     * @param nanosLeft the time that is left for the request; once it is not positive, none of the body leaves
     * @throws IllegalArgumentException quoting the value, for a header value that HTTP forbids
     */
    HttpRequest toRequest(String userAgent, LongSupplier nanosLeft) {
        HttpRequest.Builder request = body == null
                ? HttpRequest.newBuilder(uri).GET()
                : HttpRequest.newBuilder(uri).POST(new TimelyBody(BodyPublishers.ofString(body), nanosLeft));
        request.setHeader("User-Agent", userAgent);
        if (isHttp11 || uri.getScheme().equals("http")) {
            // On a plain connection the client would offer h2c in headers that no page knows.
            request.version(HttpClient.Version.HTTP_1_1);
        }
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
        }
        return request.build();
    }

    private HttpCall header(String name, String value) {
        headers.add(name);
        headers.add(value);
        return this;
    }
}
