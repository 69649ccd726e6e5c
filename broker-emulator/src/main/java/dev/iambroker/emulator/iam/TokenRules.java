package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.HeaderRules;
import dev.iambroker.emulator.settings.Generation;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Decides whether the pages know a token request: path, headers, client and the form's outline. */
final class TokenRules {
    static final String IDENTITY_TOKEN = "/identity/token";
    static final String OIDC_TOKEN = "/oidc/token";

    private static final Set<GrantKind> LOGINS = Set.of(GrantKind.PASSWORD, GrantKind.API_KEY, GrantKind.PASSCODE);

    private final Generation generation;
    private final FieldRules fields;

    TokenRules(Generation generation) {
        this.generation = generation;
        this.fields = new FieldRules(generation);
    }

    TokenRequest check(HttpRequest request) {
        if (!request.method().equals("POST")) {
            throw Departure.wrongMethod(request.method(), request.path(), "POST");
        }
        HeaderRules.noQuery(request);
        HeaderRules.require(request, "Content-Type", Form.CONTENT_TYPE);
        Form form = form(request);
        GrantKind kind = kind(form);
        checkHeaders(request, kind);
        checkPath(request.path(), kind);
        Client client = Client.of(request);
        checkClient(client, kind);
        TokenRequest checked = new TokenRequest(kind, client, form);
        fields.check(checked);
        return checked;
    }

    static Form form(HttpRequest request) {
        Form form;
        try {
            form = Form.parse(new String(request.body(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw Departure.strict("malformed percent-encoding in the form");
        }
        Set<String> seen = new HashSet<>();
        for (String name : form.names()) {
            if (!seen.add(name)) {
                throw Departure.strict("duplicate form field " + name);
            }
        }
        return form;
    }

    private static GrantKind kind(Form form) {
        if (!form.has("grant_type")) {
            throw new Departure(400, IamError.BXNIM0109E.name(), "missing form field grant_type");
        }
        GrantKind kind = GrantKind.of(form);
        if (kind == null || kind == GrantKind.SERVICE_TO_SERVICE) {
            throw new Departure(400, IamError.BXNIM0106E.name(), "unsupported grant_type " + form.get("grant_type"));
        }
        return kind;
    }

    private static void checkHeaders(HttpRequest request, GrantKind kind) {
        Set<String> allowed = new HashSet<>(Set.of("content-type", "authorization"));
        if (kind == GrantKind.MINT_DELEGATED || kind == GrantKind.EXCHANGE_DELEGATED) {
            allowed.add("cache-control");
        }
        if (kind == GrantKind.API_KEY) {
            allowed.add("ibm-cloud-tenant");
        }
        HeaderRules.check(request, allowed);
        if (request.header("Cache-Control") != null) {
            HeaderRules.require(request, "Cache-Control", "no-cache");
        }
    }

    private void checkPath(String path, GrantKind kind) {
        boolean old = generation == Generation.BLUEMIX_2017;
        if (old && !LOGINS.contains(kind) && kind != GrantKind.REFRESH) {
            throw Departure.strict("the pages of 2017 know no " + kind + " grant");
        }
        if (generation != Generation.IBM_CLOUD && (kind == GrantKind.COMPUTE_RESOURCE || kind == GrantKind.ASSUME)) {
            throw Departure.strict("the pages of " + generation + " know no " + kind + " grant");
        }
        String expected = old && LOGINS.contains(kind) ? OIDC_TOKEN : IDENTITY_TOKEN;
        if (!path.equals(expected)) {
            throw new Departure(404, "STRICT0404", kind + " grant on " + path + ", expected " + expected);
        }
    }

    private void checkClient(Client client, GrantKind kind) {
        boolean optional = kind == GrantKind.API_KEY || kind == GrantKind.COMPUTE_RESOURCE || kind == GrantKind.ASSUME;
        if (client == Client.NONE && !optional) {
            throw new Departure(401, IamError.BXNIM0308E.name(), "missing Authorization header for grant " + kind);
        }
        boolean fits = switch (kind) {
            case PASSWORD, PASSCODE, MINT_DELEGATED -> client == Client.BX;
            case EXCHANGE_DELEGATED -> client == Client.KUBE;
            case ASSUME -> client != Client.KUBE;
            case API_KEY, REFRESH, COMPUTE_RESOURCE -> client != Client.KUBE || generation.hasKubeTokens();
            case SERVICE_TO_SERVICE -> false;
        };
        if (!fits) {
            throw Departure.strict("wrong client " + client.id() + " in Authorization for grant " + kind);
        }
    }
}
