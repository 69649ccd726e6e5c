package dev.iambroker.account;

import java.util.Optional;

/** Which generation of hosts, paths and form fields an account speaks. */
public enum Cloud {
    IBM_CLOUD("ibm-cloud"),
    IBM_CLOUD_PRIVATE("ibm-cloud-private"),
    BLUEMIX_2019("bluemix-2019"),
    BLUEMIX_2017("bluemix-2017");

    private final String word;

    Cloud(String word) {
        this.word = word;
    }

    /** The word of the configuration. */
    public String word() {
        return word;
    }

    /** Whether ID tokens for the client {@code kube} exist; the 2017 pages know none. */
    public boolean hasKubeFlow() {
        return this != BLUEMIX_2017;
    }

    /** Whether this generation's other services want the refresh token beside the access token. */
    public boolean needsRefreshToken() {
        return isBluemix();
    }

    /** Whether UAA tokens are kept unless the account says otherwise. */
    public boolean keepsUaaTokens() {
        return isBluemix();
    }

    private boolean isBluemix() {
        return this == BLUEMIX_2017 || this == BLUEMIX_2019;
    }

    public static Optional<Cloud> ofWord(String word) {
        for (Cloud cloud : values()) {
            if (cloud.word.equals(word)) {
                return Optional.of(cloud);
            }
        }
        return Optional.empty();
    }
}
