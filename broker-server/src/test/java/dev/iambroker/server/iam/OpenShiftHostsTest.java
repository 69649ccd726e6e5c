package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The trust boundary as a table: which addresses a passcode is sent to, and that there are no others. */
final class OpenShiftHostsTest {
    private static final String ID = "bk2mc9ld0gqmsh5s3lhg";
    private static final String R = "us-south.containers.cloud.ibm.com";

    private static String answer(String master, String stated) {
        return String.valueOf(OpenShiftHosts.authorization(URI.create(filled(master)), ID, filled(stated)));
    }

    private static String filled(String text) {
        return text.replace("ID", ID).replace("R", R);
    }

    /** Sent to where it was stated. */
    @ParameterizedTest
    @CsvSource({
        // The host of the master itself, at any port.
        "https://c100-e.R:31234, https://c100-e.R:30915/oauth/authorize",
        "https://c100-e.R:31234, https://c100-e.R/oauth/authorize",
        "https://C100-E.R:31234, https://c100-e.R:30915/oauth/authorize",
        "https://c100.R:31234, https://c100.R:30915/oauth/authorize",
        "https://c100-e.private.R:31234, https://c100-e.private.R:30915/oauth/authorize",
        "https://ID.vpe.private.R:31234, https://ID.vpe.private.R:30915/oauth/authorize",
        "https://127.0.0.1:31234, https://127.0.0.1:30915/oauth/authorize",
        "https://[::1]:31234, https://[::1]:30915/oauth/authorize",
        "https://api.mine.example:6443, https://api.mine.example:443/oauth/authorize",
        // Its variants.
        "https://c100.R:31234, https://c100-e.R:30915/oauth/authorize",
        "https://c100.R:31234, https://c100-e.private.R:30915/oauth/authorize",
        "https://c100-e.R:31234, https://c100-e.private.R:30915/oauth/authorize",
        "https://c100-e.R:31234, https://ID.vpe.private.R:30915/oauth/authorize",
        "https://c100.R:31234, https://ID.vpe.private.R:30915/oauth/authorize",
        "https://c100.private.R:31234, https://c100-e.private.R:30915/oauth/authorize",
        "https://c100-e.private.R:31234, https://ID.vpe.private.R:30915/oauth/authorize",
        "https://c2-1.R:31234, https://c2-1-e.R:30915/oauth/authorize"
    })
    void stated_ofTheMasterOrItsVariants_isTaken(String master, String stated) {
        assertThat(answer(master, stated)).isEqualTo(filled(stated));
    }

    /** Stated as the public twin, sent on the way on which the master is asked. */
    @ParameterizedTest
    @CsvSource({
        "https://c100-e.private.R:1, https://c100-e.R:30915/oauth/authorize, https://c100-e.private.R:30915/oauth/authorize",
        "https://ID.vpe.private.R:1, https://c100-e.R:30915/oauth/authorize, https://ID.vpe.private.R:30915/oauth/authorize",
        "https://ID.vpe.private.R:1, https://c100-e.private.R:3/oauth, https://ID.vpe.private.R:3/oauth",
        "https://ID.vpe.private.R:1, https://c100-e.R/oauth, https://ID.vpe.private.R/oauth"
    })
    void stated_ofThePublicTwin_isAskedOnThePrivateWay(String master, String stated, String asked) {
        assertThat(answer(master, stated)).isEqualTo(filled(asked));
    }

    @ParameterizedTest
    @CsvSource({
        // Elsewhere.
        "https://c100-e.R:1, https://elsewhere.example/oauth/authorize",
        "https://c100-e.R:1, https://c101-e.R/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.eu-de.containers.cloud.ibm.com/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.R.elsewhere.example/oauth/authorize",
        "https://c100-e.R:1, https://elsewhere.example.R/oauth/authorize",
        "https://c100-e.R:1, https://x.c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://xc100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://c100-e-e.R/oauth/authorize",
        "https://c100-e.R:1, https://c100-f.R/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.R./oauth/authorize",
        "https://c100-e.R:1, https://c100-e.public.R/oauth/authorize",
        "https://c100-e.R:1, https://private.R/oauth/authorize",
        "https://c100-e.R:1, https://R/oauth/authorize",
        "https://c100-e.R:1, https://iam.cloud.ibm.com/oauth/authorize",
        // The master's name without a certificate that everybody trusts, where the other was asked.
        "https://c100-e.R:1, https://c100.R/oauth/authorize",
        "https://c100-e.R:1, https://c100.private.R/oauth/authorize",
        "https://c100-e.private.R:1, https://c100.R/oauth/authorize",
        // A VPE of another cluster; VPE names of no cluster.
        "https://c100-e.R:1, https://another.vpe.private.R/oauth/authorize",
        "https://ID.vpe.private.R:1, https://another.vpe.private.R/oauth/authorize",
        "https://another.vpe.private.R:1, https://c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.vpe.private.R/oauth/authorize",
        "https://c100-e.R:1, https://ID.private.R/oauth/authorize",
        "https://c100-e.R:1, https://ID.vpe.R/oauth/authorize",
        "https://c100-e.private.R:1, https://c101-e.R/oauth/authorize",
        "https://ID.vpe.private.R:1, https://c100-e.eu-de.containers.cloud.ibm.com/oauth/authorize",
        // Variants are IBM's alone.
        "https://c100.mine.example:1, https://c100-e.mine.example/oauth/authorize",
        "https://c100.R.mine.example:1, https://c100-e.R.mine.example/oauth/authorize",
        "https://localhost:1, https://127.0.0.1/oauth/authorize",
        "https://127.0.0.1:1, https://127.0.0.2/oauth/authorize",
        "https://127.0.0.1:1, https://127.0.0.1.elsewhere.example/oauth/authorize",
        // Without TLS, or something else altogether.
        "https://c100-e.R:1, http://c100-e.R/oauth/authorize",
        "https://c100-e.R:1, HTTP://c100-e.R/oauth/authorize",
        "https://c100-e.R:1, ftp://c100-e.R/oauth/authorize",
        "https://c100-e.R:1, //c100-e.R/oauth/authorize",
        "https://c100-e.R:1, /oauth/authorize",
        "https://c100-e.R:1, c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https:c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https:///oauth/authorize",
        "http://c100-e.R:1, https://c100-e.R/oauth/authorize",
        // A host that others read otherwise.
        "https://c100-e.R:1, https://c100-e.R@elsewhere.example/oauth/authorize",
        "https://c100-e.R:1, https://user@c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://user:secret@c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://@c100-e.R/oauth/authorize",
        "https://c100-e.R:1, 'https://elsewhere.example\\@c100-e.R/oauth/authorize'",
        "https://c100-e.R:1, 'https://c100-e.R\\.elsewhere.example/oauth/authorize'",
        "https://c100-e.R:1, https://c100-e.R%2eelsewhere.example/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.R%00.elsewhere.example/oauth/authorize",
        "https://c100-e.R:1, https://elsewhere.example#@c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://elsewhere.example?@c100-e.R/oauth/authorize",
        "https://c100-e.R:1, https://c100-е.R/oauth/authorize",
        "https://c100-e.R:1, https://c100_e.R/oauth/authorize",
        // Query and fragment are the request's own.
        "https://c100-e.R:1, https://c100-e.R/oauth/authorize?then=elsewhere",
        "https://c100-e.R:1, https://c100-e.R/oauth/authorize#x",
        // No port.
        "https://c100-e.R:1, https://c100-e.R:0/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.R:65536/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.R:-1/oauth/authorize",
        "https://c100-e.R:1, https://c100-e.R:30915.elsewhere.example/oauth/authorize"
    })
    void stated_anythingElse_isRefused(String master, String stated) {
        assertThat(answer(master, stated)).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "\n", "https://", "https://c100-e.R/oauth\nX: y", "https://c100-e.R/ oauth", "\u0000"})
    void stated_noAddress_isRefused(String stated) {
        assertThat(answer("https://c100-e.R:1", stated)).isEqualTo("null");
    }

    @Test
    void clusterId_isTakenLiterally() {
        URI master = URI.create(filled("https://c100-e.R:1"));
        assertThat(OpenShiftHosts.authorization(master, ".*", filled("https://another.vpe.private.R/oauth")))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "https://c100.private.R:1, https://c100-e.private.R:1",
        "https://c100.private.R, https://c100-e.private.R",
        "https://c100-e.private.R:1, https://c100-e.private.R:1",
        "https://c100.R:1, https://c100.R:1",
        "https://ID.vpe.private.R:1, https://ID.vpe.private.R:1",
        "https://localhost:1, https://localhost:1",
        "https://c100.private.mine.example:1, https://c100.private.mine.example:1"
    })
    void trusted_isTheNameWithTheCertificateThatEverybodyTrusts(String told, String expected) {
        assertThat(OpenShiftHosts.trusted(filled(told))).isEqualTo(filled(expected));
    }
}
