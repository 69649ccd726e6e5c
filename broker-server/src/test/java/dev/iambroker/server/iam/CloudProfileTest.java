package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Cloud;
import java.net.URI;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CloudProfileTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "IBM_CLOUD, -, https://iam.cloud.ibm.com/identity/token, https://iam.cloud.ibm.com/identity/token, https://accounts.cloud.ibm.com/coe/v2/accounts, https://containers.cloud.ibm.com/global",
                "IBM_CLOUD_PRIVATE, -, https://private.iam.cloud.ibm.com/identity/token, https://private.iam.cloud.ibm.com/identity/token, https://private.accounts.cloud.ibm.com/coe/v2/accounts, https://private.us-south.containers.cloud.ibm.com/global",
                "IBM_CLOUD_PRIVATE, eu-de, https://private.iam.cloud.ibm.com/identity/token, https://private.iam.cloud.ibm.com/identity/token, https://private.accounts.cloud.ibm.com/coe/v2/accounts, https://private.eu-de.containers.cloud.ibm.com/global",
                "BLUEMIX_2019, eu-de, https://iam.bluemix.net/identity/token, https://iam.bluemix.net/identity/token, https://accountmanagement.ng.bluemix.net/v1/accounts, https://containers.cloud.ibm.com",
                "BLUEMIX_2017, -, https://iam.ng.bluemix.net/oidc/token, https://iam.bluemix.net/identity/token, https://accountmanagement.ng.bluemix.net/v1/accounts, https://containers.bluemix.net",
                "BLUEMIX_2017, us-south, https://iam.ng.bluemix.net/oidc/token, https://iam.bluemix.net/identity/token, https://accountmanagement.ng.bluemix.net/v1/accounts, https://containers.bluemix.net",
                "BLUEMIX_2017, eu-gb, https://iam.eu-gb.bluemix.net/oidc/token, https://iam.bluemix.net/identity/token, https://accountmanagement.eu-gb.bluemix.net/v1/accounts, https://containers.bluemix.net"
            })
    void of_generationAndRegion_impliesItsHosts(
            Cloud cloud, @Nullable String region, String login, String refresh, String accounts, String containers) {
        CloudProfile profile = CloudProfile.of(new Endpoints(cloud, null, null, null, region, null));

        assertThat(profile.loginUrl()).hasToString(login);
        assertThat(profile.refreshUrl()).hasToString(refresh);
        assertThat(profile.accountsUrl()).hasToString(accounts);
        assertThat(profile.containers()).hasToString(containers);
    }

    @ParameterizedTest
    @CsvSource({
        "IBM_CLOUD, https://iam.cloud.ibm.com/identity",
        "IBM_CLOUD_PRIVATE, https://iam.cloud.ibm.com/identity https://private.iam.cloud.ibm.com/identity",
        "BLUEMIX_2019, https://iam.bluemix.net/identity https://iam.cloud.ibm.com/identity",
        "BLUEMIX_2017, ''"
    })
    void issuers_eachGeneration_areItsOwnForm(Cloud cloud, String issuers) {
        assertThat(String.join(
                        " ", new TreeSet<>(CloudProfile.of(Endpoints.of(cloud)).issuers())))
                .isEqualTo(issuers);
    }

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void issuers_iamIsElsewhere_areAskedOfIt(Cloud cloud) {
        CloudProfile profile = CloudProfile.of(
                new Endpoints(cloud, URI.create("https://iam.example/identity/token"), null, null, null, null));

        assertThat(profile.issuers()).isEmpty();
        assertThat(profile.discoveryUrl()).hasToString("https://iam.example/identity/.well-known/openid-configuration");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://iam.example",
                "https://iam.example/",
                "https://iam.example/identity/token",
                "https://iam.example/oidc/token/"
            })
    void of_overriddenIam_replacesTheHostOfLoginAndRefresh(String iam) {
        CloudProfile profile =
                CloudProfile.of(new Endpoints(Cloud.BLUEMIX_2017, URI.create(iam), null, null, null, null));

        assertThat(profile.loginUrl()).hasToString("https://iam.example/oidc/token");
        assertThat(profile.refreshUrl()).hasToString("https://iam.example/identity/token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://iam.example",
                "http://127.0.0.1.example",
                "http://localhost.example",
                "http://user@127.0.0.1",
                "https://user:word@iam.example",
                "ftp://127.0.0.1",
                "https://iam.example?a",
                "https://iam.example#a",
                "/identity",
                "iam.example"
            })
    void endpoints_neitherTlsNorLoopback_areRefused(String iam) {
        assertThatThrownBy(() -> new Endpoints(Cloud.IBM_CLOUD, URI.create(iam), null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endpoints.iam")
                .hasMessageNotContaining("word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8080", "http://localhost", "http://[::1]:80", "https://iam.example"})
    void endpoints_tlsOrLoopback_areTaken(String iam) {
        assertThat(new Endpoints(Cloud.IBM_CLOUD, URI.create(iam), null, null, null, null).iam())
                .hasToString(iam);
    }

    @Test
    void of_overriddenContainers_keepsItsPath() {
        CloudProfile profile = CloudProfile.of(
                new Endpoints(Cloud.IBM_CLOUD, null, null, URI.create("https://c.example/global/"), null, null));

        assertThat(profile.containers()).hasToString("https://c.example/global");
    }
}
