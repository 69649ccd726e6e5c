package dev.iambroker.emulator.record;

import dev.iambroker.emulator.http.Header;
import dev.iambroker.emulator.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that reached a listener, exactly as it came. Immutable.
 *
 * @param listener {@code cloud} for IAM, accounts and containers, {@code kube:<cluster id>} for a cluster,
 *     {@code oauth:<cluster id>} for its OAuth server
 * @param form the decoded form, without fields if the body is none
 * @param grant what was asked of the token endpoint; null elsewhere, for unknown grant types and for other calls with a form
 * @param account the account that key, refresh token, delegated token or bearer belong to, or that the form names; null if none is known
 * @param login the IAM id of whom API key, refresh token, delegated token, user name or passcode of the form belong to, or of the profile
 *     that it names; null if none is known
 * @param at the time on the emulator's clock
 */
public record RecordedRequest(
        String listener,
        HttpRequest request,
        Form form,
        @Nullable GrantKind grant,
        @Nullable String account,
        @Nullable String login,
        Instant at) {

    public String method() {
        return request.method();
    }

    public String path() {
        return request.path();
    }

    public String query() {
        return request.query();
    }

    public List<Header> headers() {
        return request.headers();
    }

    public @Nullable String header(String name) {
        return request.header(name);
    }

    public byte[] body() {
        return request.body();
    }

    public String bodyText() {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return listener + " " + method() + " " + path() + (grant == null ? "" : " " + grant) + " at " + at;
    }
}
