package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which accounts share a budget. */
final class UpstreamTest {
    @ParameterizedTest
    @CsvSource({
        "https://iam.example.com, https://iam.example.com",
        "https://iam.example.com/, https://iam.example.com",
        "https://iam.example.com/base, https://iam.example.com",
        "https://IAM.example.com:443, https://iam.example.com",
        "https://iam.example.com:8443, https://iam.example.com:8443",
        "http://127.0.0.1:8080, http://127.0.0.1:8080",
    })
    void configuredIam_isItsOrigin(String configured, String upstream) {
        assertThat(upstream(Cloud.IBM_CLOUD, URI.create(configured), null)).isEqualTo(upstream);
    }

    @Test
    void impliedIam_isThatOfTheGeneration() {
        assertThat(upstream(Cloud.IBM_CLOUD, null, null)).isEqualTo("https://iam.cloud.ibm.com");
        assertThat(upstream(Cloud.IBM_CLOUD_PRIVATE, null, null)).isEqualTo("https://private.iam.cloud.ibm.com");
    }

    @Test
    void regionOfThe2017Generation_sharesTheHostThatRefreshes() {
        assertThat(upstream(Cloud.BLUEMIX_2017, null, "eu-gb")).isEqualTo(upstream(Cloud.BLUEMIX_2017, null, null));
    }

    @Test
    void accountNoLongerConfigured_hasOneToo() {
        try (Wire wire = Wire.to(Endpoints.of(Cloud.IBM_CLOUD))) {
            Account gone =
                    new Account(new AccountName("gone"), new Login.Passcode(), null, Cloud.IBM_CLOUD, /* uaa= */ false);
            assertThat(wire.iam.upstream(gone)).isEqualTo("none");
        }
    }

    private static String upstream(Cloud cloud, @Nullable URI iam, @Nullable String region) {
        try (Wire wire = Wire.to(new Endpoints(cloud, iam, null, null, region, null))) {
            return wire.iam.upstream(wire.account);
        }
    }
}
