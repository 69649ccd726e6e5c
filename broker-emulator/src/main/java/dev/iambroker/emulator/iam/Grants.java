package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.ApiKey;
import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.directory.TrustedProfile;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.iam.Claims.Holder;
import dev.iambroker.emulator.record.Form;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One method a grant: who is it, is it allowed, what does it get. */
final class Grants {
    /** What a delegated token lives when the request does not say. */
    private static final Duration DELEGATED_LIFE = Duration.ofDays(6);

    private final Directory directory;
    private final Sessions sessions;
    private final TokenAnswers answers;
    private final TokenVerifier verifier;

    Grants(Directory directory, Sessions sessions, TokenAnswers answers, TokenVerifier verifier) {
        this.directory = directory;
        this.sessions = sessions;
        this.answers = answers;
        this.verifier = verifier;
    }

    ObjectNode answer(TokenRequest request) {
        return switch (request.kind()) {
            case PASSWORD -> password(request);
            case API_KEY -> apiKey(request);
            case PASSCODE -> passcode(request);
            case REFRESH -> refresh(request);
            case MINT_DELEGATED -> mint(request);
            case EXCHANGE_DELEGATED -> exchange(request);
            case COMPUTE_RESOURCE -> computeResource(request);
            case ASSUME -> assume(request);
            case SERVICE_TO_SERVICE -> throw new IamFailure(IamError.BXNIM0106E, "unsupported grant_type");
        };
    }

    private ObjectNode password(TokenRequest request) {
        Identity user = directory.byPassword(request.required("username"), request.required("password"));
        if (user == null) {
            throw new IamFailure(IamError.BXNIM0602E, "user name or password is wrong");
        }
        return login(request, user, member(user, request.account()));
    }

    private ObjectNode passcode(TokenRequest request) {
        Identity user = directory.takePasscode(request.required("passcode"));
        if (user == null) {
            throw new IamFailure(IamError.BXNIM0602E, "passcode is wrong or was used before");
        }
        return login(request, user, member(user, request.account()));
    }

    private ObjectNode apiKey(TokenRequest request) {
        ApiKey key = key(request);
        return login(request, key.identity(), key.account());
    }

    private ApiKey key(TokenRequest request) {
        ApiKey key = directory.apiKey(request.required("apikey"));
        if (key == null) {
            throw new IamFailure(IamError.BXNIM0415E, "API key not found");
        }
        if (key.disabled()) {
            throw new IamFailure(IamError.BXNIM0462E, "API key is disabled");
        }
        if (request.account() != null && !key.account().equals(request.account())) {
            throw new IamFailure(IamError.BXNIM0106E, "bss_account is not the account of the API key");
        }
        return key;
    }

    private ObjectNode refresh(TokenRequest request) {
        RefreshToken used = sessions.use(request.required("refresh_token"), request.client());
        String account = member(used.session.identity, request.account());
        RefreshToken next = sessions.succeed(used, account);
        return answers.tokens(request, holder(request, next), next);
    }

    private ObjectNode mint(TokenRequest request) {
        String expiry = request.form().get("delegated_refresh_token_expiry");
        Duration life = expiry == null ? DELEGATED_LIFE : Duration.ofSeconds(Long.parseLong(expiry));
        if (request.form().has("refresh_token")) {
            RefreshToken used = sessions.use(request.required("refresh_token"), request.client());
            return delegated(Json.object(), sessions.delegate(used.session, used.account, life));
        }
        ApiKey key = key(request);
        String token = sessions.delegate(sessions.begin(key.identity()), key.account(), life);
        boolean alsoAccess = request.required("response_type").startsWith("cloud_iam");
        return delegated(alsoAccess ? login(request, key.identity(), key.account()) : Json.object(), token);
    }

    private static ObjectNode delegated(ObjectNode answer, String token) {
        return answer.put("delegated_refresh_token", token);
    }

    private ObjectNode exchange(TokenRequest request) {
        DelegatedToken delegated = sessions.takeDelegated(request.required("refresh_token"));
        RefreshToken refresh = sessions.issue(delegated.session(), Client.KUBE, delegated.account());
        return answers.tokens(request, holder(request, refresh), refresh);
    }

    private ObjectNode computeResource(TokenRequest request) {
        String account = directory.computeAccount(request.required("cr_token"));
        if (account == null) {
            throw new IamFailure(IamError.BXNIM0407E, "cr_token is not that of a known compute resource");
        }
        TrustedProfile profile = profile(request.form(), account);
        return answers.tokens(request, holder(request, profile.identity(), account, null), null);
    }

    private ObjectNode assume(TokenRequest request) {
        checkAssumer(request);
        TrustedProfile profile = profile(request.form(), request.account());
        if (request.client() == Client.NONE) {
            return answers.tokens(request, holder(request, profile.identity(), profile.account(), null), null);
        }
        return login(request, profile.identity(), profile.account());
    }

    private void checkAssumer(TokenRequest request) {
        if (request.form().has("refresh_token")) {
            sessions.use(request.required("refresh_token"), request.client());
            return;
        }
        try {
            verifier.verify(request.required("access_token"));
        } catch (TokenRejected e) {
            throw new IamFailure(IamError.BXNIM0407E, "access_token: " + e.reason());
        }
    }

    private TrustedProfile profile(Form form, @Nullable String account) {
        TrustedProfile profile =
                directory.profile(form.get("profile_id"), form.get("profile_name"), form.get("profile_crn"), account);
        if (profile == null) {
            throw new IamFailure(IamError.BXNIM0410E, "no such trusted profile in the account");
        }
        return profile;
    }

    private ObjectNode login(TokenRequest request, Identity identity, @Nullable String account) {
        if (request.client() == Client.NONE) {
            return answers.tokens(request, holder(request, identity, account, null), null);
        }
        RefreshToken refresh = sessions.issue(sessions.begin(identity), request.client(), account);
        return answers.tokens(request, holder(request, refresh), refresh);
    }

    /** The account, after making sure that the identity belongs to it; null stays null. */
    private static @Nullable String member(Identity identity, @Nullable String account) {
        if (account != null && !identity.accounts().contains(account)) {
            throw new IamFailure(IamError.BXNIM0410E, "the identity does not belong to account " + account);
        }
        return account;
    }

    private static Holder holder(TokenRequest request, RefreshToken refresh) {
        return holder(request, refresh.session.identity, refresh.account, refresh.session.id);
    }

    private static Holder holder(
            TokenRequest request, Identity identity, @Nullable String account, @Nullable String sessionId) {
        String grantType = Objects.requireNonNull(request.form().get("grant_type"));
        return new Holder(identity, account, sessionId, grantType, request.client());
    }
}
