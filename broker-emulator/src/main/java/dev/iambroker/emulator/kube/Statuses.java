package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;

/** Refusals as a Kubernetes API server words them. */
final class Statuses {
    private Statuses() {}

    static HttpResponse unauthorized() {
        return of(401, "Unauthorized", "Unauthorized");
    }

    static HttpResponse notFound() {
        return of(404, "NotFound", "the server could not find the requested resource");
    }

    static HttpResponse methodNotAllowed() {
        return of(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    static HttpResponse badRequest(String message) {
        return of(400, "BadRequest", message);
    }

    private static HttpResponse of(int code, String reason, String message) {
        var status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure")
                .put("message", message)
                .put("reason", reason)
                .put("code", code);
        return HttpResponse.json(code, status);
    }
}
