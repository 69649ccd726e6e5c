package dev.iambroker.server.http;

import dev.iambroker.account.AccountName;
import dev.iambroker.broker.Readiness;
import java.util.function.Predicate;

/** Whether all that should be served can be, as JSON. */
final class HealthJson {
    private static final int OK = 200;
    private static final int NOT_READY = 503;

    private HealthJson() {}

    static int statusOf(Readiness readiness) {
        return readiness.isReady() ? OK : NOT_READY;
    }

    /** @param isShown whether the client may see an account's name */
    static Answer answer(int status, Readiness readiness, Predicate<AccountName> isShown) {
        JsonText json = new JsonText()
                .beginObject()
                .member("ready", readiness.isReady())
                .member("not_ready", readiness.notReady().size())
                .name("accounts")
                .beginArray();
        readiness.notReady().stream().filter(isShown).map(AccountName::value).forEach(json::value);
        json.endArray();
        AccountJson.span("runway_seconds", readiness.runway(), json);
        return FullAnswer.json(status, json.endObject());
    }
}
