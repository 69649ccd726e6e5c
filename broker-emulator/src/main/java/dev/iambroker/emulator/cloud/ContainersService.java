package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Service;
import dev.iambroker.emulator.settings.Generation;
import java.util.function.Supplier;

/** The containers service: v1 for the pages up to 2019, v2 for those since. */
public final class ContainersService implements Service {
    private final Generation generation;
    private final ContainersV1 v1;
    private final ContainersV2 v2;

    public ContainersService(Generation generation, ContainersV1 v1, ContainersV2 v2) {
        this.generation = generation;
        this.v1 = v1;
        this.v2 = v2;
    }

    @Override
    public boolean owns(String path) {
        return path.startsWith("/global/") || path.startsWith("/v1/clusters") || path.startsWith("/v1/regions");
    }

    @Override
    public HttpResponse refusal(HttpRequest request, Departure departure) {
        return CloudErrors.of(request, departure.status(), departure.code(), "General", departure.text());
    }

    @Override
    public Supplier<HttpResponse> prepare(HttpRequest request) {
        String path = request.path();
        if (generation == Generation.IBM_CLOUD) {
            if (!path.startsWith("/global/v2/")) {
                throw Departure.unknownPath(request.method(), path + ", the pages since 2021 know /global/v2 only");
            }
            return v2.prepare(request, path.substring("/global/v2".length()));
        }
        boolean global = path.startsWith("/global/v1/") && generation == Generation.BLUEMIX_2019;
        if (!global && !path.startsWith("/v1/")) {
            throw Departure.unknownPath(request.method(), path + " in " + generation);
        }
        return v1.prepare(request, path.substring(global ? "/global/v1".length() : "/v1".length()));
    }
}
