package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.FormField;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Generation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether the form of a token request has the fields of its page, all of them and no others. */
final class FieldRules {
    private static final String CLOUD_IAM = "cloud_iam";
    private static final Set<String> UAA = Set.of("uaa_client_id", "uaa_client_ID", "uaa_client_secret");

    private final Generation generation;

    FieldRules(Generation generation) {
        this.generation = generation;
    }

    void check(TokenRequest request) {
        required(request).forEach(name -> requireNonEmpty(request.form(), name));
        Set<String> known = new HashSet<>(required(request));
        known.add("grant_type");
        known.addAll(optional(request));
        for (FormField field : request.form().fields()) {
            if (!known.contains(field.name())) {
                throw Departure.strict("unexpected form field " + field.name() + " for grant " + request.kind());
            }
            if (field.value().isEmpty() && !field.name().equals("uaa_client_secret")) {
                throw new Departure(400, IamError.BXNIM0109E.name(), "empty form field " + field.name());
            }
        }
        checkAccount(request);
        checkResponseType(request);
        checkUaa(request);
        checkExtra(request);
    }

    private static List<String> required(TokenRequest request) {
        boolean kube = request.client() == Client.KUBE;
        return switch (request.kind()) {
            case PASSWORD -> List.of("username", "password", "response_type");
            case API_KEY -> kube ? List.of("apikey") : List.of("apikey", "response_type");
            case PASSCODE -> List.of("passcode", "response_type");
            case REFRESH, EXCHANGE_DELEGATED -> List.of("refresh_token");
            case MINT_DELEGATED -> List.of(credential(request), "response_type", "receiver_client_ids");
            case COMPUTE_RESOURCE -> List.of("cr_token");
            case ASSUME, SERVICE_TO_SERVICE -> List.of();
        };
    }

    private static String credential(TokenRequest request) {
        return "refresh_token".equals(request.form().get("grant_type")) ? "refresh_token" : "apikey";
    }

    private Set<String> optional(TokenRequest request) {
        Set<String> names = new HashSet<>();
        switch (request.kind()) {
            case PASSWORD, PASSCODE -> names.addAll(accountNames());
            case API_KEY -> names.addAll(Set.of("response_type", "bss_account", "scope"));
            case REFRESH -> {
                names.addAll(accountNames());
                names.add("response_type");
            }
            case MINT_DELEGATED -> names.add("delegated_refresh_token_expiry");
            case COMPUTE_RESOURCE -> names.addAll(Set.of("profile_id", "profile_name", "profile_crn"));
            case ASSUME ->
                names.addAll(Set.of(
                        "access_token", "refresh_token", "profile_id", "profile_name", "profile_crn", "account"));
            case EXCHANGE_DELEGATED, SERVICE_TO_SERVICE -> {}
        }
        if (request.wantsUaa()) {
            names.addAll(UAA);
        }
        return names;
    }

    private Set<String> accountNames() {
        return generation == Generation.IBM_CLOUD ? Set.of("bss_account", "account") : Set.of("bss_account");
    }

    private static void checkAccount(TokenRequest request) {
        if (request.form().has("bss_account") && request.form().has("account")) {
            throw Departure.strict("both bss_account and account, expected one of them");
        }
        String account = request.account();
        if (account != null && !account.matches("[0-9a-f]{32}")) {
            throw invalid("account id has not 32 hexadecimal digits");
        }
    }

    private void checkResponseType(TokenRequest request) {
        String sent = request.form().get("response_type");
        if (sent == null) {
            return;
        }
        Set<String> expected = responseTypes(request);
        if (!expected.contains(sent)) {
            throw invalid(
                    "response_type is '" + sent + "' for grant " + request.kind() + ", expected one of " + expected);
        }
    }

    private Set<String> responseTypes(TokenRequest request) {
        return switch (request.kind()) {
            case PASSWORD, PASSCODE, API_KEY, REFRESH ->
                request.client() == Client.BX ? Set.of(CLOUD_IAM, generation.uaaResponseType()) : Set.of(CLOUD_IAM);
            case MINT_DELEGATED ->
                credential(request).equals("apikey")
                        ? Set.of("delegated_refresh_token", "cloud_iam delegated_refresh_token")
                        : Set.of("delegated_refresh_token");
            case EXCHANGE_DELEGATED, COMPUTE_RESOURCE, ASSUME, SERVICE_TO_SERVICE -> Set.of();
        };
    }

    private void checkUaa(TokenRequest request) {
        if (!request.wantsUaa()) {
            return;
        }
        Form form = request.form();
        boolean lower = form.has("uaa_client_id");
        boolean upper = form.has("uaa_client_ID");
        if (lower == upper || (lower && !lowerFits(request)) || (upper && !upperFits(request))) {
            throw Departure.strict(
                    "uaa client is spelt " + (lower ? "uaa_client_id" : upper ? "uaa_client_ID" : "not at all")
                            + (lower && upper ? " and uaa_client_ID" : "") + ", expected "
                            + (upperFits(request) ? "uaa_client_ID" : "uaa_client_id") + " for grant " + request.kind()
                            + (request.account() == null ? " without" : " with") + " account in " + generation);
        }
        if (!"cf".equals(lower ? form.get("uaa_client_id") : form.get("uaa_client_ID"))) {
            throw invalid("uaa client is not cf");
        }
        if (!"".equals(form.get("uaa_client_secret"))) {
            throw Departure.strict("uaa_client_secret must be there and empty");
        }
    }

    private boolean lowerFits(TokenRequest request) {
        return generation == Generation.BLUEMIX_2017 || request.account() == null;
    }

    /** Since 2019 the pages write the capitals once an account is sent, and when they renew by refresh token or API key. */
    private boolean upperFits(TokenRequest request) {
        boolean renewal = request.kind() == GrantKind.REFRESH || request.kind() == GrantKind.API_KEY;
        return generation != Generation.BLUEMIX_2017 && (request.account() != null || renewal);
    }

    private static void checkExtra(TokenRequest request) {
        switch (request.kind()) {
            case MINT_DELEGATED -> checkMint(request.form());
            case COMPUTE_RESOURCE -> exactlyOne(request.form(), "profile_id", "profile_name", "profile_crn");
            case ASSUME -> checkAssume(request.form());
            case PASSWORD, API_KEY, PASSCODE, REFRESH, EXCHANGE_DELEGATED, SERVICE_TO_SERVICE -> {}
        }
    }

    private static void checkMint(Form form) {
        if (!"kube".equals(form.get("receiver_client_ids"))) {
            throw invalid("receiver_client_ids is not kube");
        }
        String expiry = form.get("delegated_refresh_token_expiry");
        if (expiry != null && !expiry.matches("[1-9][0-9]{0,8}")) {
            throw invalid("delegated_refresh_token_expiry is not a number of seconds");
        }
    }

    private static void checkAssume(Form form) {
        exactlyOne(form, "access_token", "refresh_token");
        exactlyOne(form, "profile_id", "profile_name", "profile_crn");
        if (form.has("profile_name") != form.has("account")) {
            throw Departure.strict("profile_name and account belong together for grant ASSUME");
        }
    }

    private static void exactlyOne(Form form, String... names) {
        @Nullable String found = null;
        for (String name : names) {
            if (form.has(name)) {
                if (found != null) {
                    throw Departure.strict("both " + found + " and " + name + ", expected one of them");
                }
                found = name;
            }
        }
        if (found == null) {
            throw new Departure(
                    400, IamError.BXNIM0109E.name(), "expected one of the form fields " + String.join(", ", names));
        }
    }

    private static void requireNonEmpty(Form form, String name) {
        String value = form.get(name);
        if (value == null || value.isEmpty()) {
            throw new Departure(400, IamError.BXNIM0109E.name(), "missing or empty form field " + name);
        }
    }

    private static Departure invalid(String message) {
        return new Departure(400, IamError.BXNIM0106E.name(), message);
    }
}
