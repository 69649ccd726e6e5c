package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.iam.Claims.Holder;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Generation;
import dev.iambroker.emulator.settings.Settings;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Signs tokens and lays out the answer as the pages of the generation print it. */
final class TokenAnswers {
    static final String NOT_SUPPORTED = "not_supported";

    private final SigningKeys keys;
    private final String issuer;
    private final Generation generation;
    private final Settings settings;
    private final Directory names;
    private final InstantSource clock;

    TokenAnswers(
            SigningKeys keys,
            String issuer,
            Generation generation,
            Settings settings,
            Directory names,
            InstantSource clock) {
        this.keys = keys;
        this.issuer = issuer;
        this.generation = generation;
        this.settings = settings;
        this.names = names;
        this.clock = clock;
    }

    /** An answer with an access token, the refresh token if any, and whatever else the request earns. */
    ObjectNode tokens(TokenRequest request, Holder holder, @Nullable RefreshToken refresh) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        ObjectNode answer = Json.object().put("access_token", accessToken(holder));
        if (request.client() == Client.KUBE) {
            answer.put("id_token", idToken(holder));
        }
        if (refresh != null) {
            answer.put("refresh_token", refresh.value);
        } else if (request.kind() != GrantKind.COMPUTE_RESOURCE) {
            answer.put("refresh_token", NOT_SUPPORTED);
        }
        if (answersUaa(request)) {
            answer.put("uaa_token", "emulated-uaa-" + names.hex(32));
            answer.put("uaa_refresh_token", "emulated-uaa-refresh-" + names.hex(32));
        }
        answer.put("token_type", "Bearer");
        answer.put("expires_in", settings.accessTokenLife().toSeconds());
        answer.put("expiration", now.plus(settings.accessTokenLife()).getEpochSecond());
        if (refresh != null && settings.refreshTokenExpirationShown()) {
            answer.put("refresh_token_expiration", refresh.expiresAt.getEpochSecond());
        }
        if (answersScope(request)) {
            answer.put("scope", request.client() == Client.KUBE ? Claims.KUBE_SCOPE : Claims.SCOPE);
        }
        return answer;
    }

    String accessToken(Holder holder) {
        return keys.sign(Claims.access(holder, issuer, tokenId(), clock.instant(), settings.accessTokenLife()));
    }

    String idToken(Holder holder) {
        return keys.sign(Claims.id(holder, issuer, tokenId(), clock.instant(), settings.idTokenLife()));
    }

    /** From 2019 on the samples of the account-bound login have no UAA tokens, those of first login and refresh do. */
    private boolean answersUaa(TokenRequest request) {
        boolean boundLogin = request.account() != null && request.kind() != GrantKind.REFRESH;
        return request.wantsUaa() && (generation == Generation.BLUEMIX_2017 || !boundLogin);
    }

    /** The samples with uaa print a scope in the first answer alone, and in none of 2017. */
    private boolean answersScope(TokenRequest request) {
        boolean first = request.account() == null && request.kind() != GrantKind.REFRESH;
        return generation != Generation.BLUEMIX_2017 && (first || !request.wantsUaa());
    }

    private String tokenId() {
        return names.hex(8) + "-" + names.hex(4) + "-" + names.hex(4) + "-" + names.hex(12);
    }
}
