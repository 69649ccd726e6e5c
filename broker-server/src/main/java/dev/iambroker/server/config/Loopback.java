package dev.iambroker.server.config;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads addresses without asking any name service. */
final class Loopback {
    private static final String LOCALHOST = "localhost";
    private static final int PARTS = 4;
    private static final int MAX_PART = 255;

    private Loopback() {}

    /** Whether {@code host} is localhost, 127.0.0.0/8 or ::1, as written in a URL or without brackets. */
    static boolean isLoopback(String host) {
        InetAddress address = addressOf(host);
        return address != null && address.isLoopbackAddress();
    }

    /** The address that {@code host} is, localhost among them; null for any other name. */
    static @Nullable InetAddress addressOf(String host) {
        if (host.toLowerCase(Locale.ROOT).equals(LOCALHOST)) {
            return InetAddress.ofLiteral("127.0.0.1");
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String literal = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean v6 = literal.indexOf(':') >= 0;
        if (!v6 && (bracketed || !isDottedQuad(literal))) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Not 127.1, not 0x7f.0.0.1: what browsers and resolvers read differently is no address here. */
    private static boolean isDottedQuad(String text) {
        int parts = 0;
        for (String part : text.split("\\.", -1)) {
            parts++;
            boolean digits = !part.isEmpty()
                    && part.length() <= 3
                    && part.chars().allMatch(c -> c >= '0' && c <= '9')
                    && (part.length() == 1 || part.charAt(0) != '0');
            if (!digits || Integer.parseInt(part) > MAX_PART) {
                return false;
            }
        }
        return parts == PARTS;
    }
}
