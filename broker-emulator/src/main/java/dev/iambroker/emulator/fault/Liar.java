package dev.iambroker.emulator.fault;

import dev.iambroker.emulator.cloud.CloudErrors;
import dev.iambroker.emulator.http.Delivery;
import dev.iambroker.emulator.http.HttpDate;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.http.Reply;
import dev.iambroker.emulator.iam.IamError;
import dev.iambroker.emulator.iam.IamErrors;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** Turns a fault into what goes over the wire. */
public final class Liar {
    private static final String HTML =
            "<!DOCTYPE html><html><head><title>emulated proxy</title></head><body>Something is wrong.</body></html>\n";

    private final InstantSource clock;
    private final IamErrors errors;

    public Liar(InstantSource clock) {
        this.clock = clock;
        this.errors = new IamErrors(clock);
    }

    /** The reply under that fault; {@code work} is done only where the misbehaviour says so. */
    public Reply reply(Fault fault, HttpRequest request, Supplier<HttpResponse> work) {
        Misbehaviour kind = fault.misbehaviour();
        return switch (kind) {
            case ERROR_500 -> text(500, "text/plain", "emulated failure\n");
            case ERROR_503 -> text(503, "text/plain", "emulated maintenance\n");
            case THROTTLE_429_SECONDS ->
                throttled(String.valueOf(fault.retryAfter().toSeconds()));
            case THROTTLE_429_DATE -> throttled(HttpDate.format(clock.instant().plus(fault.retryAfter())));
            case THROTTLE_429_BARE -> text(429, "text/plain", "emulated throttling\n");
            case HTML_502 -> text(502, "text/html", HTML);
            case HTML_200 -> text(200, "text/html", HTML);
            case EMPTY_200 -> Reply.whole(HttpResponse.empty(200));
            case EMPTY_500 -> Reply.whole(HttpResponse.empty(500));
            case REDIRECT_302 ->
                Reply.whole(HttpResponse.empty(302).with("Location", "https://elsewhere.example" + request.path()));
            case INVALID_JSON -> text(200, Json.CONTENT_TYPE, "{\"access_token\":\"cut");
            case RESET -> delivered(Delivery.RESET, fault, HttpResponse.empty(200));
            case HANG_AFTER_ACCEPT -> delivered(Delivery.HANG, fault, HttpResponse.empty(200));
            case ENDLESS_BODY -> delivered(Delivery.ENDLESS, fault, HttpResponse.text(200, Json.CONTENT_TYPE, ""));
            case CLOSE_BEFORE_ANSWER -> delivered(Delivery.CLOSE, fault, work.get());
            case CUT_OFF_BODY -> delivered(Delivery.CUT_OFF_BODY, fault, work.get());
            case CUT_OFF_HEADERS -> delivered(Delivery.CUT_OFF_HEADERS, fault, work.get());
            case SLOW_HEADERS -> delivered(Delivery.SLOW_HEADERS, fault, work.get());
            case SLOW_BODY -> delivered(Delivery.SLOW_BODY, fault, work.get());
            case STALL_BODY -> delivered(Delivery.STALL_BODY, fault, work.get());
            case WRONG_CONTENT_TYPE -> Reply.whole(work.get().as("text/plain"));
            case NONE -> Reply.whole(work.get());
            case UNKNOWN_FIELDS -> rewritten(work, Liar::addUnknown);
            case MISSING_LIFETIME -> rewritten(work, body -> body.remove(List.of("expires_in", "expiration")));
            case NUMBERS_AS_STRINGS -> rewritten(work, Liar::numbersToStrings);
            case NO_REFRESH_TOKEN -> rewritten(work, body -> body.remove("refresh_token"));
            case NOT_SUPPORTED_REFRESH -> rewritten(work, body -> body.put("refresh_token", "not_supported"));
            case NO_TOKENS -> rewritten(work, body -> body.remove(List.of("access_token", "id_token")));
            case NO_ID_TOKEN -> rewritten(work, body -> body.remove("id_token"));
            case ID_TOKEN_OTHER_ISSUER -> rewritten(work, IdTokenLies::otherIssuer);
            case ID_TOKEN_OTHER_AUDIENCE -> rewritten(work, IdTokenLies::otherAudience);
            case ID_TOKEN_OTHER_ACCOUNT -> rewritten(work, IdTokenLies::otherAccount);
            case ID_TOKEN_ENDED -> rewritten(work, IdTokenLies::ended);
            case BXNIM0106E,
                    BXNIM0109E,
                    BXNIM0308E,
                    BXNIM0400E,
                    BXNIM0407E,
                    BXNIM0408E,
                    BXNIM0410E,
                    BXNIM0415E,
                    BXNIM0439E,
                    BXNIM0462E,
                    BXNIM0602E -> Reply.whole(errors.of(request, IamError.valueOf(kind.name()), "emulated refusal"));
            case BXNIM9999E -> Reply.whole(errors.unknownCode(request));
            case CONTAINERS_A0002 ->
                refused(request, 503, "A0002", "Authentication", "IAM could not be reached. Try again later.");
            case CONTAINERS_A0003 ->
                refused(request, 401, "A0003", "Authentication", "The IAM token could not be verified.");
            case CONTAINERS_G0004 -> refused(request, 404, "G0004", "General", "No such cluster.");
            case CONTAINERS_E0008 -> refused(request, 404, "E0008", "Provisioning", "The cluster could not be found.");
            case OAUTH_DENIED -> Reply.whole(OAuthLies.error(request, "access_denied"));
            case OAUTH_FAILED -> Reply.whole(OAuthLies.error(request, "server_error"));
            case OAUTH_LOGIN_PAGE -> Reply.whole(OAuthLies.loginPage(request));
            case OAUTH_ELSEWHERE -> Reply.whole(OAuthLies.elsewhere(work.get()));
            case OAUTH_NO_LIFE -> Reply.whole(OAuthLies.withoutLife(work.get()));
            case OAUTH_ENDLESS -> Reply.whole(OAuthLies.endless(work.get()));
            case OAUTH_OTHER_TYPE -> Reply.whole(OAuthLies.otherType(work.get()));
            case DOCUMENT_ELSEWHERE -> Reply.whole(OAuthLies.documentElsewhere(work.get()));
            case DOCUMENT_PLAIN -> Reply.whole(OAuthLies.documentPlain(work.get()));
            case DOCUMENT_SILENT -> Reply.whole(OAuthLies.documentSilent(work.get()));
        };
    }

    private static Reply refused(HttpRequest request, int status, String code, String type, String description) {
        return Reply.whole(CloudErrors.of(request, status, code, type, description));
    }

    private static Reply rewritten(Supplier<HttpResponse> work, Consumer<ObjectNode> change) {
        HttpResponse good = work.get();
        ObjectNode body = Json.objectOrNull(good.body());
        if (body == null || good.status() != 200) {
            return Reply.whole(good);
        }
        change.accept(body);
        return Reply.whole(HttpResponse.json(200, body));
    }

    private static void addUnknown(ObjectNode body) {
        body.put("ims_user_id", 1234567L)
                .put("emulated_text", "x")
                .put("emulated_flag", true)
                .putNull("emulated_nothing");
        body.putArray("emulated_array").add(1).add("two");
        body.putObject("emulated_object").put("nested", 1.5);
    }

    private static void numbersToStrings(ObjectNode body) {
        for (String name : List.of("expires_in", "expiration", "refresh_token_expiration")) {
            if (body.has(name)) {
                body.put(name, body.get(name).asString());
            }
        }
    }

    private static Reply throttled(String retryAfter) {
        return Reply.whole(
                HttpResponse.text(429, "text/plain", "emulated throttling\n").with("Retry-After", retryAfter));
    }

    private static Reply text(int status, String type, String text) {
        return Reply.whole(HttpResponse.text(status, type, text));
    }

    private static Reply delivered(Delivery delivery, Fault fault, HttpResponse response) {
        return Reply.of(response, delivery, fault.pace());
    }
}
