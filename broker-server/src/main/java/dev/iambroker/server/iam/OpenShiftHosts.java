package dev.iambroker.server.iam;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the passcode of an OpenShift cluster may be sent. A trust boundary: the cluster's API server says where its OAuth
 * server is, and whoever could say so in its place would be sent a login. So the address counts only by TLS, and only at
 * the API server's own host or one of the names that IBM gives to the same master.
 *
 * <p>The master of a cluster in a region has these, for {@code R} as {@code us-south.containers.cloud.ibm.com}: the
 * public {@code c100.R} and {@code c100-e.R}, the latter with a certificate that everybody trusts; the private {@code
 * c100.private.R} and {@code c100-e.private.R}; and {@code <cluster id>.vpe.private.R}. Pure.
 */
final class OpenShiftHosts {
    private static final Pattern MASTER = Pattern.compile("(?<name>[a-z0-9]+(?:-[a-z0-9]+)*?)(?<e>-e)?"
            + "\\.(?<way>private\\.|vpe\\.private\\.)?(?<region>[a-z0-9-]+\\.containers\\.cloud\\.ibm\\.com)");

    /** What a URI may hold and no address of an OAuth server does. */
    private static final Pattern ODD = Pattern.compile("[\\\\\\s%@?#]");

    private static final String PRIVATE = "private.";
    private static final String VPE = "vpe.private.";
    private static final int HIGHEST_PORT = 65_535;

    private OpenShiftHosts() {}

    /** The API server at that address, without a path; null where it cannot be asked by TLS. */
    static @Nullable URI master(String url) {
        URI address = address(url);
        boolean isRoot = address != null
                && (address.getRawPath().isEmpty() || address.getRawPath().equals("/"));
        return address != null && isRoot ? parsed(originOf(address)) : null;
    }

    /**
     * The stated address where a passcode may be sent there, else null. Where the master is asked on a private way, the
     * address of its public twin becomes one on the same way, since the other may not be reachable.
     *
     * @param master the API server that was asked
     * @param clusterId the cluster's id, of which the VPE host is made
     * @param stated the {@code authorization_endpoint} of its document
     */
    static @Nullable URI authorization(URI master, String clusterId, String stated) {
        URI address = address(stated);
        String own = hostOf(master);
        if (address == null || own == null || !isTls(master)) {
            return null;
        }
        String host = address.getHost().toLowerCase(Locale.ROOT);
        if (host.equals(own) || variants(own, clusterId).contains(host)) {
            return address;
        }
        return isPublicTwin(host, own, clusterId) ? at(own, address) : null;
    }

    private static @Nullable URI address(String stated) {
        if (ODD.matcher(stated).find()) {
            return null;
        }
        URI address = parsed(stated);
        boolean isGood = address != null
                && isTls(address)
                && address.getHost() != null
                && address.getRawUserInfo() == null
                && address.getPort() != 0
                && address.getPort() <= HIGHEST_PORT;
        return isGood ? address : null;
    }

    private static @Nullable URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static boolean isTls(URI uri) {
        return "https".equals(uri.getScheme());
    }

    private static @Nullable String hostOf(URI uri) {
        String host = uri.getHost();
        return host == null ? null : host.toLowerCase(Locale.ROOT);
    }

    /** The other names of the master that are as good as its own, none for a host that is not IBM's. */
    private static Set<String> variants(String own, String clusterId) {
        Set<String> variants = new HashSet<>();
        Matcher master = MASTER.matcher(own);
        if (!master.matches()) {
            return variants;
        }
        String region = master.group("region");
        String way = master.group("way");
        variants.add(vpe(clusterId, region));
        if (!VPE.equals(way)) {
            variants.add(master.group("name") + "-e." + PRIVATE + region);
        }
        if (way == null) {
            variants.add(master.group("name") + "-e." + region);
        }
        return variants;
    }

    private static String vpe(String clusterId, String region) {
        return clusterId.toLowerCase(Locale.ROOT) + "." + VPE + region;
    }

    /** The address is changed to the master's own host then, so that only whose port it is rests on what was stated. */
    private static boolean isPublicTwin(String host, String own, String clusterId) {
        Matcher master = MASTER.matcher(own);
        Matcher twin = MASTER.matcher(host);
        if (!master.matches() || !twin.matches() || twin.group("e") == null || VPE.equals(twin.group("way"))) {
            return false;
        }
        boolean isSameRegion = master.group("region").equals(twin.group("region"));
        if (own.equals(vpe(clusterId, master.group("region")))) {
            return isSameRegion;
        }
        return isSameRegion
                && PRIVATE.equals(master.group("way"))
                && twin.group("way") == null
                && master.group("name").equals(twin.group("name"));
    }

    private static @Nullable URI at(String host, URI address) {
        return parsed("https://" + host + port(address) + address.getRawPath());
    }

    private static String originOf(URI address) {
        return "https://" + hostOf(address) + port(address);
    }

    private static String port(URI address) {
        return address.getPort() < 0 ? "" : ":" + address.getPort();
    }

    /**
     * The address of the same master whose certificate everybody trusts: the private one that the containers service
     * tells has a certificate of the cluster's own authority.
     */
    static String trusted(String url) {
        URI address = parsed(url);
        String host = address == null ? null : hostOf(address);
        Matcher master = MASTER.matcher(host == null ? "" : host);
        if (address == null || !master.matches() || master.group("e") != null || !PRIVATE.equals(master.group("way"))) {
            return url;
        }
        return "https://" + master.group("name") + "-e." + PRIVATE + master.group("region") + port(address);
    }
}
