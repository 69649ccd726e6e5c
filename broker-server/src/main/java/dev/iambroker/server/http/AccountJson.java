package dev.iambroker.server.http;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.AccountView;
import dev.iambroker.broker.AccountView.LastError;
import dev.iambroker.broker.TokenView;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How an account stands, as JSON. Never a token. */
final class AccountJson {
    private AccountJson() {}

    static void write(AccountView view, JsonText json) {
        json.beginObject()
                .member("name", view.name().value())
                .member("state", view.state().word())
                .member("login", view.login())
                .member("login_of", view.loginOf().value())
                .member("account_id", view.accountId())
                .member("iam_id", view.iamId())
                .member("user", view.user());
        tokens(view, json);
        json.member("refresh_token_expires_at", view.refreshTokenExpiresAt());
        span("runway_seconds", view.runway(), json);
        span("login_runway_seconds", view.loginRunway(), json);
        lastError(view.lastError(), json);
        json.endObject();
    }

    static FullAnswer answer(AccountView view) {
        JsonText json = new JsonText();
        write(view, json);
        return FullAnswer.json(json);
    }

    private static void tokens(AccountView view, JsonText json) {
        json.name("tokens").beginObject();
        for (TokenKind kind : TokenKind.values()) {
            json.name(kind.word());
            token(view.tokens().get(kind), json);
        }
        view.openShiftTokens().forEach((cluster, token) -> {
            // As a right on it is written.
            json.name(TokenKind.KUBE.word() + "/" + cluster);
            token(token, json);
        });
        json.endObject();
    }

    private static void token(@Nullable TokenView token, JsonText json) {
        if (token == null) {
            json.nil();
            return;
        }
        json.beginObject()
                .member("expires_at", token.expiresAt())
                .member("refresh_at", token.refreshAt())
                .endObject();
    }

    /** In whole seconds. */
    static void span(String name, @Nullable Duration span, JsonText json) {
        if (span == null) {
            json.name(name).nil();
            return;
        }
        json.member(name, span.toSeconds());
    }

    private static void lastError(@Nullable LastError error, JsonText json) {
        json.name("last_error");
        if (error == null) {
            json.nil();
            return;
        }
        json.beginObject()
                .member("at", error.at())
                .member("iam_code", error.iamCode())
                .member("detail", error.detail())
                .endObject();
    }
}
