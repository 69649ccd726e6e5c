package dev.iambroker.emulator.settings;

/** Which of the published pages the emulated cloud follows. */
public enum Generation {
    /** December 2017: login at {@code /oidc/token}, refresh at {@code /identity/token}, {@code cloud_iam, uaa}, no Kubernetes tokens. */
    BLUEMIX_2017("https://iam.bluemix.net/identity", "cloud_iam, uaa", ""),
    /** July and December 2019: {@code cloud_iam uaa}, regions and clusters of v1, delegated Kubernetes tokens. */
    BLUEMIX_2019("https://iam.bluemix.net/identity", "cloud_iam uaa", ""),
    /** April and August 2021, and today: accounts and clusters of v2; uaa only on request. */
    IBM_CLOUD("https://iam.cloud.ibm.com/identity", "cloud_iam uaa", "/global");

    private final String issuer;
    private final String uaaResponseType;
    private final String containersPath;

    Generation(String issuer, String uaaResponseType, String containersPath) {
        this.issuer = issuer;
        this.uaaResponseType = uaaResponseType;
        this.containersPath = containersPath;
    }

    /** The issuer that tokens of that time name. */
    public String issuer() {
        return issuer;
    }

    /** The exact response type that asks for UAA tokens as well. */
    public String uaaResponseType() {
        return uaaResponseType;
    }

    /** What stands between the host of the containers service and {@code /v1} or {@code /v2}. */
    public String containersPath() {
        return containersPath;
    }

    public boolean hasKubeTokens() {
        return this != BLUEMIX_2017;
    }
}
