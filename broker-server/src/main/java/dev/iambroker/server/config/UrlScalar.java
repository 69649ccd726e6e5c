package dev.iambroker.server.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The address of a service, without the slash at its end.
 *
 * @param tolerated what people write behind it that is cut off, or empty
 */
record UrlScalar(String tolerated) implements Scalar<URI> {
    private static final int MAX_PORT = 65535;

    @Override
    public URI read(String text, boolean plain) throws Unacceptable {
        URI url = parse(text);
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new Unacceptable("is no https URL");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new Unacceptable("has more than scheme, host, port and path");
        }
        if (scheme.equals("http") && !Loopback.isLoopback(url.getHost())) {
            throw new Unacceptable("is http, which is for loopback hosts only");
        }
        if (url.getPort() == 0 || url.getPort() > MAX_PORT) {
            throw new Unacceptable("has an impossible port");
        }
        return parse(scheme + "://" + url.getRawAuthority() + path(url));
    }

    private static URI parse(String text) throws Unacceptable {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new Unacceptable("is no https URL");
        }
    }

    private String path(URI url) {
        @Nullable String raw = url.getRawPath();
        String path = withoutSlash(raw == null ? "" : raw);
        boolean cut = !tolerated.isEmpty() && path.endsWith(tolerated);
        return cut ? withoutSlash(path.substring(0, path.length() - tolerated.length())) : path;
    }

    private static String withoutSlash(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    @Override
    public String expected() {
        return "https://HOST[:PORT][/PATH]";
    }
}
