package dev.iambroker.emulator.record;

import org.jspecify.annotations.Nullable;

/** What a token request asks for, as far as its form tells. */
public enum GrantKind {
    PASSWORD("password"),
    API_KEY("urn:ibm:params:oauth:grant-type:apikey"),
    PASSCODE("urn:ibm:params:oauth:grant-type:passcode"),
    REFRESH("refresh_token"),
    /** A refresh token or API key turned into a delegated refresh token; told from REFRESH and API_KEY by its response_type. */
    MINT_DELEGATED("refresh_token"),
    EXCHANGE_DELEGATED("urn:ibm:params:oauth:grant-type:delegated-refresh-token"),
    COMPUTE_RESOURCE("urn:ibm:params:oauth:grant-type:cr-token"),
    ASSUME("urn:ibm:params:oauth:grant-type:assume"),
    SERVICE_TO_SERVICE("urn:ibm:params:oauth:grant-type:iam-authz");

    private final String grantType;

    GrantKind(String grantType) {
        this.grantType = grantType;
    }

    public String grantType() {
        return grantType;
    }

    /** The kind of this form, or null if its grant type is absent or unknown. */
    public static @Nullable GrantKind of(Form form) {
        String responseType = form.get("response_type");
        for (GrantKind kind : values()) {
            if (kind.grantType.equals(form.get("grant_type"))) {
                boolean mintable = kind == REFRESH || kind == API_KEY;
                boolean delegated = responseType != null && responseType.contains("delegated_refresh_token");
                return mintable && delegated ? MINT_DELEGATED : kind;
            }
        }
        return null;
    }
}
