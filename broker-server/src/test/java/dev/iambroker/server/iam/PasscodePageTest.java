package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Cloud;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where people are sent to log in: never elsewhere than to IAM. */
final class PasscodePageTest {
    private static final URI PUBLIC = URI.create("https://iam.cloud.ibm.com/identity/passcode");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://identity-3.us-east.iam.cloud.ibm.com/identity/passcode",
                "https://iam.cloud.ibm.com/identity/passcode",
                "https://login.ibm.cloud.ibm.com/passcode"
            })
    void pageOfIbms_isNamed(String page) {
        assertThat(PasscodePage.chosen(page, PUBLIC)).hasToString(page);
        assertThat(PasscodePage.chosen(page, URI.create("https://iam.bluemix.net/identity/passcode")))
                .hasToString(page);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://iam.cloud.ibm.com/identity/passcode",
                "https://iam.cloud.ibm.com.evil.example/identity/passcode",
                "https://evilcloud.ibm.com/identity/passcode",
                "https://evil.example/iam.cloud.ibm.com/identity/passcode",
                "https://iam.cloud.ibm.com@evil.example/identity/passcode",
                "https://evil.example#.iam.cloud.ibm.com/",
                "https://iam.cloud.ibm.com:8443/identity/passcode",
                "https://iam.cloud.ibm.com/identity/passcode?next=https://evil.example",
                "https://iam.cloud.ibm.com/\u001b[2J",
                "https://iam.cloud.ibm.com/\r\nhttps://evil.example",
                "https://[::1]/",
                "javascript:alert(1)",
                "/identity/passcode",
                ""
            })
    void pageElsewhereOrUnfitToShow_impliedOneInItsPlace(String page) {
        assertThat(PasscodePage.chosen(page, PUBLIC)).isEqualTo(PUBLIC);
    }

    @ParameterizedTest
    @CsvSource({
        "https://iam.corp.example/x, https://iam.corp.example/identity/passcode, true",
        "https://one.iam.corp.example/x, https://iam.corp.example/identity/passcode, true",
        "https://corp.example/x, https://iam.corp.example/identity/passcode, false",
        "https://iam.cloud.ibm.com/x, https://iam.corp.example/identity/passcode, false",
        "http://127.0.0.1:8080/x, http://127.0.0.1:8080/identity/passcode, true",
        "http://127.0.0.1:8081/x, http://127.0.0.1:8080/identity/passcode, false"
    })
    void iamOfOnesOwn_itsHostAndThoseBelow(URI page, URI implied, boolean isTaken) {
        assertThat(PasscodePage.chosen(page.toString(), implied)).isEqualTo(isTaken ? page : implied);
    }

    @Test
    void page_isThatOfTheDiscoveryDocument_elseTheImpliedOne() {
        try (RawServer server = new RawServer()
                        .thenAnswer(200, "{}")
                        .thenAnswer(503, "")
                        .thenAnswer(200, "<html>");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.iam.passcodePage(wire.account))
                        .isEqualTo(server.uri().resolve("/identity/passcode"));
            }
            server.thenAnswer(200, "{\"passcode_endpoint\":\"" + server.uri().resolve("/shard/passcode") + "\"}");

            assertThat(wire.iam.passcodePage(wire.account))
                    .isEqualTo(server.uri().resolve("/shard/passcode"));
            assertThat(server.requests().getLast())
                    .startsWith("GET /identity/.well-known/openid-configuration HTTP/1.1")
                    .doesNotContainIgnoringCase("authorization");
        }
    }
}
