package dev.iambroker.server.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The cluster's API server, asked as kubectl asks it. Redirects are not followed: the token is for this server. */
final class ApiServer implements AutoCloseable {
    private static final long MAX_BYTES = 1 << 20;

    private final URI server;
    private final String token;
    private final Duration patience;
    private final HttpClient http;

    /** @param patience for each request and its whole answer */
    ApiServer(ClusterAccess access, Duration patience) throws GeneralSecurityException, IOException {
        this.server = access.server();
        this.token = access.token();
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .sslContext(ClusterTrust.of(access.authorityPem()))
                .connectTimeout(patience)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * An answer.
     *
     * @param date the header of that name as it stands; empty where there is none
     * @param body empty where it is not a JSON object
     */
    record Reply(int status, String date, JsonNode body) {
        boolean isGood() {
            return status / 100 == 2;
        }

        /** What the server says went wrong; its status where it says nothing. */
        String message() {
            String message = body.path("message").asString("");
            return message.isEmpty() ? "status " + status : message;
        }
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Reply post(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + token);
    }

    private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                whole(http.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofString(), MAX_BYTES)));
        return new Reply(
                response.statusCode(), response.headers().firstValue("Date").orElse(""), object(response.body()));
    }

    /** The client's own time limit ends at the headers (JDK-8208693). A body that stalls ends when this is closed. */
    private <T> T whole(CompletableFuture<T> answer) throws IOException, InterruptedException {
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException slow) {
            throw new HttpTimeoutException("its answer timed out");
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static JsonNode object(String body) {
        try {
            JsonNode node = JsonMapper.shared().readTree(body);
            return node != null && node.isObject() ? node : JsonNodeFactory.instance.objectNode();
        } catch (JacksonException notJson) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
