package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;

/** Refusals in the containers service's shape. */
public final class CloudErrors {
    private CloudErrors() {}

    static HttpResponse answer(HttpRequest request, Supplier<HttpResponse> work) {
        try {
            return work.get();
        } catch (CloudFailure e) {
            return of(request, e.status(), e.code(), e.type(), e.description());
        }
    }

    public static HttpResponse of(HttpRequest request, int status, String code, String type, String description) {
        String incident = UUID.nameUUIDFromBytes(request.path().getBytes(StandardCharsets.UTF_8))
                .toString();
        return HttpResponse.json(
                status,
                Json.object()
                        .put("incidentID", incident)
                        .put("code", code)
                        .put("description", description)
                        .put("type", type));
    }
}
