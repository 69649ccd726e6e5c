package dev.iambroker.server.iam;

import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.secret.Reveals;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whatever an OpenShift cluster says of its OAuth server, no passcode is sent but to the few hosts that there are; and
 * whatever an OAuth server answers, what is taken for a token can stand in a header. The first line of the input is the
 * address, the rest the redirect.
 */
public final class OpenShiftAnswersFuzz {
    private static final String REGION = "us-south.containers.cloud.ibm.com";
    private static final String ID = "bk2mc9ld0gqmsh5s3lhg";
    private static final String VPE = ID + ".vpe.private." + REGION;
    private static final Set<String> OF_PUBLIC = Set.of("c100-e." + REGION, "c100-e.private." + REGION, VPE);

    private OpenShiftAnswersFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String stated = end < 0 ? text : text.substring(0, end);
        check(stated, OpenShiftHosts.authorization(URI.create("https://c100-e." + REGION + ":1"), ID, stated));
        URI onVpe = OpenShiftHosts.authorization(URI.create("https://" + VPE + ":1"), ID, stated);
        if (onVpe != null && !VPE.equals(onVpe.getHost().toLowerCase(Locale.ROOT))) {
            throw new AssertionError("off the private way: " + onVpe);
        }
        OpenShiftHosts.master(stated);
        OpenShiftHosts.trusted(stated);
        checkRedirect(text.substring(end + 1));
    }

    /** By the text alone, so that no parser can be wrong in the same way twice. */
    private static void check(String stated, @Nullable URI taken) {
        if (taken == null) {
            return;
        }
        boolean isOneOfThem = OF_PUBLIC.stream()
                .map(host -> "https://(?i)" + Pattern.quote(host) + "(:[0-9]*)?(/.*)?")
                .anyMatch(stated::matches);
        if (!isOneOfThem || !taken.toString().equals(stated)) {
            throw new AssertionError("a passcode would go to " + taken + " for " + stated);
        }
    }

    @Reveals("looks at what is taken for a token")
    private static void checkRedirect(String location) {
        OAuthRedirect redirect = OAuthRedirect.of(location);
        OpenShiftToken token = redirect.token(Wire.NOW);
        if (token != null
                && (!token.value().reveal().matches("[!-~]{1,5000}")
                        || !token.life().isPositive())) {
            throw new AssertionError("no token: " + location);
        }
        String error = redirect.error();
        if (error != null && !error.matches("[a-z_ ]{1,40}")) {
            throw new AssertionError("an error that is none: " + error);
        }
        if (redirect.place().contains("#") || redirect.place().contains("?")) {
            throw new AssertionError("a place with more: " + redirect.place());
        }
    }
}
