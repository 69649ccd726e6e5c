package dev.iambroker.server.iam;

import dev.iambroker.account.Cloud;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One generation of hosts, paths and form fields, with the configured endpoints put in.
 *
 * @param loginUrl for every grant that presents a credential
 * @param refreshUrl for every grant that presents a refresh token; the 2017 page sends it to another host
 * @param revocationUrl null where no page knows of one
 * @param uaaResponseType the {@code response_type} that asks for UAA tokens too
 * @param boundUaaClientId how {@code uaa_client_id} is spelt in refreshes and beside {@code bss_account}
 * @param issuers what its ID tokens may name as their issuer, and its clusters take; empty where that is not known, as
 *     where IAM is elsewhere than the pages say
 * @param region null where clusters are not asked for by region
 */
record CloudProfile(
        Cloud cloud,
        URI loginUrl,
        URI refreshUrl,
        @Nullable URI revocationUrl,
        String uaaResponseType,
        String boundUaaClientId,
        URI accountsUrl,
        URI containers,
        Set<String> issuers,
        @Nullable String region) {
    static final String RESPONSE_TYPE = "cloud_iam";
    static final String UAA_CLIENT_ID = "uaa_client_id";

    /** What clusters from 1.17 on take. */
    private static final String ISSUER = "https://iam.cloud.ibm.com/identity";

    /** What clusters from 1.10 to 1.16 took, and IAM named in tokens of its older host. */
    private static final String BLUEMIX_ISSUER = "https://iam.bluemix.net/identity";

    /** No page says which of the two names the private hosts write. */
    private static final String PRIVATE_ISSUER = "https://private.iam.cloud.ibm.com/identity";

    private static final String DEFAULT_REGION = "us-south";
    private static final String TOKEN = "/identity/token";
    private static final String PASSCODE = "/identity/passcode";
    private static final String DISCOVERY = "/identity/.well-known/openid-configuration";
    private static final String REVOKE = "/identity/revoke";
    private static final String OIDC_TOKEN = "/oidc/token";
    private static final String ACCOUNTS_V1 = "/v1/accounts";
    private static final String ACCOUNTS_V2 = "/coe/v2/accounts";

    /** The SDKs strip these from a configured address too, so people write them. */
    private static final Pattern TAIL = Pattern.compile("(/identity/token|/oidc/token)?/*$");

    static CloudProfile of(Endpoints endpoints) {
        return switch (endpoints.cloud()) {
            case IBM_CLOUD -> ibmCloud(endpoints, "", "https://containers.cloud.ibm.com/global", Set.of(ISSUER));
            case IBM_CLOUD_PRIVATE ->
                ibmCloud(
                        endpoints,
                        "private.",
                        "https://private." + regionOf(endpoints) + ".containers.cloud.ibm.com/global",
                        Set.of(ISSUER, PRIVATE_ISSUER));
            case BLUEMIX_2019 -> bluemix2019(endpoints);
            case BLUEMIX_2017 -> bluemix2017(endpoints);
        };
    }

    private static CloudProfile ibmCloud(Endpoints endpoints, String prefix, String containers, Set<String> issuers) {
        String iam = base(endpoints.iam(), "https://" + prefix + "iam.cloud.ibm.com");
        String accounts = base(endpoints.accounts(), "https://" + prefix + "accounts.cloud.ibm.com");
        return new CloudProfile(
                endpoints.cloud(),
                URI.create(iam + TOKEN),
                URI.create(iam + TOKEN),
                URI.create(iam + REVOKE),
                "cloud_iam uaa",
                "uaa_client_ID",
                URI.create(accounts + ACCOUNTS_V2),
                URI.create(base(endpoints.containers(), containers)),
                unlessElsewhere(endpoints, issuers),
                null);
    }

    private static CloudProfile bluemix2019(Endpoints endpoints) {
        String iam = base(endpoints.iam(), "https://iam.bluemix.net");
        String accounts = base(endpoints.accounts(), "https://accountmanagement.ng.bluemix.net");
        return new CloudProfile(
                endpoints.cloud(),
                URI.create(iam + TOKEN),
                URI.create(iam + TOKEN),
                null,
                "cloud_iam uaa",
                "uaa_client_ID",
                URI.create(accounts + ACCOUNTS_V1),
                URI.create(base(endpoints.containers(), "https://containers.cloud.ibm.com")),
                // The older host is another name of today's IAM, and which issuer it writes now is said nowhere.
                unlessElsewhere(endpoints, Set.of(BLUEMIX_ISSUER, ISSUER)),
                endpoints.region());
    }

    private static CloudProfile bluemix2017(Endpoints endpoints) {
        String region = abbreviated(regionOf(endpoints));
        String login = base(endpoints.iam(), "https://iam." + region + ".bluemix.net");
        String refresh = base(endpoints.iam(), "https://iam.bluemix.net");
        String accounts = base(endpoints.accounts(), "https://accountmanagement." + region + ".bluemix.net");
        return new CloudProfile(
                endpoints.cloud(),
                URI.create(login + OIDC_TOKEN),
                URI.create(refresh + TOKEN),
                null,
                "cloud_iam, uaa",
                UAA_CLIENT_ID,
                URI.create(accounts + ACCOUNTS_V1),
                URI.create(base(endpoints.containers(), "https://containers.bluemix.net")),
                Set.of(),
                null);
    }

    private static Set<String> unlessElsewhere(Endpoints endpoints, Set<String> issuers) {
        return endpoints.iam() == null ? issuers : Set.of();
    }

    /** Where IAM says itself what its tokens name, OpenID Connect Discovery 1.0 section 4. */
    URI discoveryUrl() {
        return refreshUrl.resolve(DISCOVERY);
    }

    /** Where a session's refresh token is exchanged for a one-time passcode. */
    URI passcodeUrl() {
        return refreshUrl.resolve(PASSCODE);
    }

    private static String regionOf(Endpoints endpoints) {
        String region = endpoints.region();
        return region == null ? DEFAULT_REGION : region;
    }

    private static String abbreviated(String region) {
        return region.equals("us-south") ? "ng" : region;
    }

    private static String base(@Nullable URI override, String implied) {
        return override == null ? implied : TAIL.matcher(override.toString()).replaceFirst("");
    }
}
