package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** Refusals in the token service's shape. */
public final class IamErrors {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "dd.MM.yyyy HH:mm:ss:SSS 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;

    public IamErrors(InstantSource clock) {
        this.clock = clock;
    }

    public HttpResponse of(HttpRequest request, IamError error, String details) {
        HttpResponse response = of(request, error.status(), error.name(), error.message(), details);
        if (error != IamError.BXNIM0400E) {
            return response;
        }
        ObjectNode body = Objects.requireNonNull(Json.objectOrNull(response.body()));
        body.putObject("requirements")
                .put("code", "SoftLayer_Exception_User_Customer_AccountLocked")
                .put("error", "account locked");
        return HttpResponse.json(error.status(), body);
    }

    /** A refusal whose code no published list has. */
    public HttpResponse unknownCode(HttpRequest request) {
        return of(request, 400, "BXNIM9999E", "Emulated unknown failure", "emulated refusal");
    }

    HttpResponse of(HttpRequest request, int status, String code, String message, String details) {
        ObjectNode body = Json.object();
        body.set("context", context(request));
        body.put("errorCode", code).put("errorMessage", message).put("errorDetails", details);
        return HttpResponse.json(status, body);
    }

    private ObjectNode context(HttpRequest request) {
        String now = TIME.format(clock.instant());
        String requestId = Objects.requireNonNullElseGet(
                request.header("Transaction-Id"),
                () -> UUID.nameUUIDFromBytes(request.body()).toString());
        return Json.object()
                .put("requestId", requestId)
                .put("requestType", "incoming.Identity_Token")
                .put("userAgent", Objects.requireNonNullElse(request.header("User-Agent"), ""))
                .put("url", "https://" + request.header("Host") + request.path())
                .put("instanceId", "emulated-iam")
                .put("threadId", "emulated")
                .put("host", "emulated-iam-0")
                .put("startTime", now)
                .put("endTime", now)
                .put("elapsedTime", "0")
                .put("locale", "en_US")
                .put("clusterName", "emulated");
    }
}
