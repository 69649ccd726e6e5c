package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.ApiKey;
import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.directory.TrustedProfile;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.record.Form;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds out whose a request is, without judging it. */
public final class Attribution {
    private final Directory directory;
    private final Sessions sessions;

    public Attribution(Directory directory, Sessions sessions) {
        this.directory = directory;
        this.sessions = sessions;
    }

    /** The account of the request, or null if nothing in it tells. */
    public @Nullable String account(HttpRequest request, Form form) {
        String bearer = request.header("Authorization");
        if (bearer != null && bearer.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
            return TokenVerifier.claimedAccount(bearer.substring("bearer ".length()));
        }
        String named = form.has("bss_account") ? form.get("bss_account") : form.get("account");
        return named == null ? byCredential(form) : named;
    }

    /** The login session whose refresh token the form presents; null if it presents none. */
    public @Nullable String session(Form form) {
        String refresh = form.get("refresh_token");
        return refresh == null ? null : sessions.sessionOf(refresh);
    }

    /** The IAM id of whoever logs in by the form, or did once; null if nothing in it tells. */
    public @Nullable String login(Form form) {
        Identity identity = identity(form);
        return identity == null ? null : identity.iamId();
    }

    private @Nullable Identity identity(Form form) {
        String refresh = form.get("refresh_token");
        String key = form.get("apikey");
        String user = form.get("username");
        String passcode = form.get("passcode");
        if (refresh != null) {
            return sessions.identityOf(refresh);
        }
        if (key != null) {
            ApiKey known = directory.apiKey(key);
            return known == null ? null : known.identity();
        }
        if (user != null) {
            return directory.user(user);
        }
        return passcode == null ? profile(form) : directory.passcodeOf(passcode);
    }

    private @Nullable Identity profile(Form form) {
        String compute = form.get("cr_token");
        if (compute == null) {
            return null;
        }
        TrustedProfile profile = directory.profile(
                form.get("profile_id"),
                form.get("profile_name"),
                form.get("profile_crn"),
                directory.computeAccount(compute));
        return profile == null ? null : profile.identity();
    }

    private @Nullable String byCredential(Form form) {
        String key = form.get("apikey");
        String refresh = form.get("refresh_token");
        String compute = form.get("cr_token");
        if (key != null) {
            ApiKey known = directory.apiKey(key);
            return known == null ? null : known.account();
        }
        if (refresh != null) {
            return sessions.accountOf(refresh);
        }
        return compute == null ? null : directory.computeAccount(compute);
    }
}
