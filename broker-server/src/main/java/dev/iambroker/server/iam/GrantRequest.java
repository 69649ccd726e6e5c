package dev.iambroker.server.iam;

import dev.iambroker.account.TrustedProfile;
import dev.iambroker.iam.Grant;
import dev.iambroker.secret.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Maps each grant to its request, field by field in the order of the generation's page. */
final class GrantRequest {
    private static final String URN = "urn:ibm:params:oauth:grant-type:";
    private static final String GRANT_TYPE = "grant_type";
    private static final String RESPONSE_TYPE = "response_type";
    private static final String REFRESH_TOKEN = "refresh_token";

    /** Seconds in which a delegated token has to be used. It is used at once. */
    private static final String DELEGATED_EXPIRY = "600";

    private final CloudProfile cloud;
    private final boolean uaa;

    /** @param uaa whether UAA tokens are asked for */
    GrantRequest(CloudProfile cloud, boolean uaa) {
        this.cloud = cloud;
        this.uaa = uaa;
    }

    HttpCall of(Grant grant) {
        return switch (grant) {
            case Grant.Password g -> password(g);
            case Grant.ApiKey g -> apiKey(g);
            case Grant.Passcode g -> passcode(g);
            case Grant.Refresh g -> refresh(g);
            case Grant.DelegatedRefresh g -> delegatedRefresh(g);
            case Grant.DelegatedExchange g -> delegatedExchange(g);
            case Grant.KubeRefresh g -> kubeRefresh(g);
            case Grant.KubeApiKey g -> kubeApiKey(g);
            case Grant.ComputeResource g -> computeResource(g);
        };
    }

    /** What {@code grant} presents: the secret that an answer must not bring back into a message. */
    static Secret presentedBy(Grant grant) {
        return switch (grant) {
            case Grant.Password g -> g.password();
            case Grant.ApiKey g -> g.apiKey();
            case Grant.Passcode g -> g.passcode();
            case Grant.Refresh g -> g.refreshToken();
            case Grant.DelegatedRefresh g -> g.refreshToken();
            case Grant.DelegatedExchange g -> g.delegatedRefreshToken();
            case Grant.KubeRefresh g -> g.refreshToken();
            case Grant.KubeApiKey g -> g.apiKey();
            case Grant.ComputeResource g -> g.crToken();
        };
    }

    /** A one-time passcode for the user of a session. */
    HttpCall newPasscode(Secret refreshToken) {
        Form form = new Form()
                .field(GRANT_TYPE, REFRESH_TOKEN)
                .secret(REFRESH_TOKEN, refreshToken)
                .field(RESPONSE_TYPE, CloudProfile.RESPONSE_TYPE);
        return posted(cloud.passcodeUrl(), form).client(OAuthClient.BX);
    }

    private HttpCall password(Grant.Password grant) {
        Form form = started("password").field("username", grant.username()).secret("password", grant.password());
        return login(bound(form, grant.accountId())).client(OAuthClient.BX);
    }

    private HttpCall apiKey(Grant.ApiKey grant) {
        Form form = started(URN + "apikey").secret("apikey", grant.apiKey());
        HttpCall call = login(bound(form, grant.accountId()));
        return grant.asClient() ? call.client(OAuthClient.BX) : call;
    }

    private HttpCall passcode(Grant.Passcode grant) {
        Form form = started(URN + "passcode").secret("passcode", grant.passcode());
        return login(bound(form, grant.accountId())).client(OAuthClient.BX);
    }

    private HttpCall refresh(Grant.Refresh grant) {
        Form form = started(REFRESH_TOKEN).secret(REFRESH_TOKEN, grant.refreshToken());
        uaaFields(form, cloud.boundUaaClientId()).fieldUnlessNull("bss_account", grant.accountId());
        return refreshing(form).client(OAuthClient.BX);
    }

    private HttpCall delegatedRefresh(Grant.DelegatedRefresh grant) {
        Form form = new Form()
                .field("delegated_refresh_token_expiry", DELEGATED_EXPIRY)
                .field("receiver_client_ids", "kube")
                .field(RESPONSE_TYPE, "delegated_refresh_token")
                .secret(REFRESH_TOKEN, grant.refreshToken())
                .field(GRANT_TYPE, REFRESH_TOKEN);
        return refreshing(form).client(OAuthClient.BX).noCache();
    }

    private HttpCall delegatedExchange(Grant.DelegatedExchange grant) {
        Form form = new Form()
                .secret(REFRESH_TOKEN, grant.delegatedRefreshToken())
                .field(GRANT_TYPE, URN + "delegated-refresh-token");
        return refreshing(form).client(OAuthClient.KUBE).noCache();
    }

    private HttpCall kubeRefresh(Grant.KubeRefresh grant) {
        Form form = new Form().field(GRANT_TYPE, REFRESH_TOKEN).secret(REFRESH_TOKEN, grant.refreshToken());
        return refreshing(form).client(OAuthClient.KUBE);
    }

    private HttpCall kubeApiKey(Grant.KubeApiKey grant) {
        Form form = new Form()
                .field(GRANT_TYPE, URN + "apikey")
                .field(RESPONSE_TYPE, CloudProfile.RESPONSE_TYPE)
                .secret("apikey", grant.apiKey());
        return login(form).client(OAuthClient.KUBE);
    }

    private HttpCall computeResource(Grant.ComputeResource grant) {
        Form form = new Form()
                .field(GRANT_TYPE, URN + "cr-token")
                .secret("cr_token", grant.crToken())
                .field(profileField(grant.profile()), grant.profile().value());
        return grant.asKube() ? login(form).client(OAuthClient.KUBE) : login(form);
    }

    private static String profileField(TrustedProfile profile) {
        return switch (profile.by()) {
            case NAME -> "profile_name";
            case ID -> "profile_id";
            case CRN -> "profile_crn";
        };
    }

    private Form started(String grantType) {
        return new Form()
                .field(GRANT_TYPE, grantType)
                .field(RESPONSE_TYPE, uaa ? cloud.uaaResponseType() : CloudProfile.RESPONSE_TYPE);
    }

    /** The end of every login: the UAA client, spelt otherwise beside an account. */
    private Form bound(Form form, @Nullable String accountId) {
        String clientId = accountId == null ? CloudProfile.UAA_CLIENT_ID : cloud.boundUaaClientId();
        return uaaFields(form, clientId).fieldUnlessNull("bss_account", accountId);
    }

    private Form uaaFields(Form form, String clientIdField) {
        return uaa ? form.field(clientIdField, "cf").field("uaa_client_secret", "") : form;
    }

    private HttpCall login(Form form) {
        return posted(cloud.loginUrl(), form);
    }

    private HttpCall refreshing(Form form) {
        return posted(cloud.refreshUrl(), form);
    }

    private static HttpCall posted(URI url, Form form) {
        return HttpCall.post(url, form);
    }
}
