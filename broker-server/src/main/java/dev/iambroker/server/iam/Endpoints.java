package dev.iambroker.server.iam;

import dev.iambroker.account.Cloud;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an account's cloud is: what the generation implies, and what the configuration puts in its place. Two accounts
 * with equal endpoints share one HTTP client.
 *
 * @param iam base URI, replaces scheme and host of every IAM address; paths stay
 * @param accounts base URI of the accounts service
 * @param containers base URI of the containers service, {@code /global} included where the generation has it
 * @param region null is the generation's default; {@code bluemix-2019} then lists the clusters of every region
 * @param caFile PEM certificates that are trusted in addition to the platform's
 */
public record Endpoints(
        Cloud cloud,
        @Nullable URI iam,
        @Nullable URI accounts,
        @Nullable URI containers,
        @Nullable String region,
        @Nullable Path caFile) {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

    /** @throws IllegalArgumentException for a URI that is neither {@code https} nor {@code http} to a loopback host */
    public Endpoints {
        checkSecure("iam", iam);
        checkSecure("accounts", accounts);
        checkSecure("containers", containers);
    }

    /** Only what {@code cloud} implies. */
    public static Endpoints of(Cloud cloud) {
        return new Endpoints(cloud, null, null, null, null, null);
    }

    /** The hosts that {@code cloud} stands for, filled in. */
    public static Endpoints implied(Cloud cloud, @Nullable String region) {
        CloudProfile profile = CloudProfile.of(new Endpoints(cloud, null, null, null, region, null));
        return new Endpoints(
                cloud,
                profile.loginUrl().resolve("/"),
                profile.accountsUrl().resolve("/"),
                profile.containers(),
                profile.region(),
                null);
    }

    private static void checkSecure(String key, @Nullable URI uri) {
        if (uri != null && !isSecure(uri)) {
            throw new IllegalArgumentException(
                    "endpoints." + key + ": expected https://HOST, or http:// for a loopback host only");
        }
    }

    private static boolean isSecure(URI uri) {
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return false;
        }
        boolean isPlain = "http".equals(uri.getScheme());
        return isPlain ? LOOPBACK.matcher(host).matches() : "https".equals(uri.getScheme());
    }
}
