package dev.iambroker.emulator;

import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Faults;
import dev.iambroker.emulator.fault.Liar;
import dev.iambroker.emulator.http.Handler;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Reply;
import dev.iambroker.emulator.iam.Attribution;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.InFlight;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.record.RequestLog;
import dev.iambroker.emulator.record.Service;
import dev.iambroker.emulator.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What every request passes, whichever listener it came to: record, check against the pages, misbehave or serve. */
final class Front {
    private final RequestLog log;
    private final Faults faults;
    private final Liar liar;
    private final Attribution attribution;
    private final Settings settings;
    private final InstantSource clock;
    private final InFlight sessionsInFlight = new InFlight();

    Front(RequestLog log, Faults faults, Attribution attribution, Settings settings, InstantSource clock) {
        this.log = log;
        this.faults = faults;
        this.liar = new Liar(clock);
        this.attribution = attribution;
        this.settings = settings;
        this.clock = clock;
    }

    /** Serves the cloud: the first service that owns the path answers. */
    Handler cloud(List<Service> services) {
        return request -> {
            RecordedRequest recorded = recorded("cloud", request);
            String session = attribution.session(recorded.form());
            if (session == null) {
                log.add(recorded);
                return cloud(services, recorded).after(settings.latency());
            }
            // Whoever waits for the request to be on record finds it counted.
            sessionsInFlight.enter(session);
            log.add(recorded);
            return cloud(services, recorded).after(settings.latency()).atEnd(() -> sessionsInFlight.leave(session));
        };
    }

    InFlight sessionsInFlight() {
        return sessionsInFlight;
    }

    /** Serves one cluster's API or its OAuth server, which is not held against any page. */
    Handler cluster(String listener, Function<HttpRequest, HttpResponse> api) {
        return request -> {
            RecordedRequest recorded = recorded(listener, request);
            log.add(recorded);
            return served(recorded, () -> api.apply(request)).after(settings.latency());
        };
    }

    private Reply cloud(List<Service> services, RecordedRequest recorded) {
        HttpRequest request = recorded.request();
        for (Service service : services) {
            if (service.owns(request.path())) {
                return cloud(service, recorded);
            }
        }
        return refused(
                Departure.unknownPath(request.method(), request.path()),
                unknown -> HttpResponse.text(404, "text/plain", unknown.text() + "\n"));
    }

    private Reply cloud(Service service, RecordedRequest recorded) {
        Supplier<HttpResponse> work;
        try {
            work = service.prepare(recorded.request());
        } catch (Departure departure) {
            return refused(departure, known -> service.refusal(recorded.request(), known));
        }
        return served(recorded, work);
    }

    private Reply refused(Departure departure, Function<Departure, HttpResponse> shape) {
        log.departed(departure.text());
        return Reply.whole(shape.apply(departure));
    }

    private Reply served(RecordedRequest recorded, Supplier<HttpResponse> work) {
        Fault fault = faults.hitting(recorded);
        return fault == null ? Reply.whole(work.get()) : liar.reply(fault, recorded.request(), work);
    }

    private RecordedRequest recorded(String listener, HttpRequest request) {
        Form form = form(request);
        boolean token = request.path().endsWith("/token");
        @Nullable GrantKind grant = token ? GrantKind.of(form) : null;
        return new RecordedRequest(
                listener,
                request,
                form,
                grant,
                attribution.account(request, form),
                attribution.login(form),
                clock.instant());
    }

    private static Form form(HttpRequest request) {
        String type = request.header("Content-Type");
        if (type == null || !type.startsWith(Form.CONTENT_TYPE)) {
            return new Form(List.of());
        }
        try {
            return Form.parse(new String(request.body(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // The strict check refuses it in a moment; the bytes are recorded all the same.
            return new Form(List.of());
        }
    }
}
