package dev.iambroker.server.http;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an IBM SDK sends to IAM's token endpoint, with a client secret in the place of the API key or of the compute
 * resource's token, and an account's alias in the place of the trusted profile.
 *
 * @param readings what the secret may be, and which account is meant then; empty where none was sent
 * @param account the alias where no reading says another
 */
record TokenForm(List<Reading> readings, @Nullable String account) {
    static final String PATH = "/identity/token";

    private static final String GRANT = "urn:ibm:params:oauth:grant-type:";

    TokenForm {
        readings = List.copyOf(readings);
    }

    /**
     * One way to read what stands in the secret's place.
     *
     * @param account as the client wrote it; null where it named none
     */
    record Reading(Secret secret, @Nullable String account) {}

    /**
     * Takes the form out of {@code request} and overwrites it there: nobody reads it twice.
     *
     * @throws RequestRefused if it is none that could be answered
     */
    static TokenForm take(HttpRequest request) {
        try {
            return of(FormFields.parse(request.header(HeaderName.CONTENT_TYPE), request.body()));
        } finally {
            Arrays.fill(request.body(), (byte) 0);
        }
    }

    static TokenForm of(FormFields form) {
        String grant = form.get("grant_type");
        if (grant == null) {
            throw RequestRefused.badRequest("the form has no grant_type");
        }
        checkResponseType(form.get("response_type"));
        String profile = profile(form);
        return switch (grant) {
            case GRANT + "apikey" -> ofApiKey(form.get("apikey"), profile);
            case GRANT + "cr-token" -> ofSecret(form.get("cr_token"), profile);
            default ->
                throw RequestRefused.badRequest("this grant_type is not served here: there are " + GRANT
                        + "cr-token and " + GRANT + "apikey, each with a client secret of the broker");
        };
    }

    private static void checkResponseType(@Nullable String type) {
        if (type != null && !type.equals("cloud_iam")) {
            throw RequestRefused.badRequest("the only response_type served here is cloud_iam");
        }
    }

    private static @Nullable String profile(FormFields form) {
        String name = form.get("profile_name");
        String id = form.get("profile_id");
        boolean isOneAccount = name == null || id == null || name.equals(id);
        if (!isOneAccount || form.get("profile_crn") != null) {
            throw RequestRefused.badRequest(
                    "the account is named once, by its alias: in profile_name or profile_id, and in no profile_crn");
        }
        return name == null ? id : name;
    }

    private static TokenForm ofSecret(@Nullable String text, @Nullable String account) {
        List<Reading> readings = text == null ? List.of() : List.of(new Reading(Secret.of(text), account));
        return new TokenForm(readings, account);
    }

    /** A secret may itself have a colon. */
    private static TokenForm ofApiKey(@Nullable String text, @Nullable String profile) {
        int colon = text == null ? -1 : text.indexOf(':');
        if (text == null || colon < 0 || !AccountName.isValid(text.substring(0, colon))) {
            return ofSecret(text, profile);
        }
        String alias = text.substring(0, colon);
        if (colon == text.length() - 1) {
            return ofSecret(null, agreed(alias, profile));
        }
        List<Reading> readings = new ArrayList<>(ofSecret(text, profile).readings());
        readings.add(new Reading(Secret.of(text.substring(colon + 1)), agreed(alias, profile)));
        return new TokenForm(readings, profile);
    }

    private static String agreed(String alias, @Nullable String profile) {
        if (profile != null && !profile.equals(alias)) {
            throw RequestRefused.badRequest("the apikey names one account and the profile another");
        }
        return alias;
    }
}
