package dev.iambroker.server.page;

import java.nio.charset.StandardCharsets;

/**
 * What goes back to the browser; every answer, a refusal too, carries the same protective fields and ends its connection.
 *
 * @param more header lines of our own making, each with its end
 */
record PageAnswer(int status, String mediaType, String more, String body) {
    /** Nothing but the page's own files, which hold no inline script or style; nothing from elsewhere, and nowhere to send to. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    private static final String PROTECTION = "Content-Security-Policy: " + POLICY + "\r\n" + """
            Cache-Control: no-store\r
            Referrer-Policy: no-referrer\r
            X-Content-Type-Options: nosniff\r
            X-Frame-Options: DENY\r
            Cross-Origin-Opener-Policy: same-origin\r
            Cross-Origin-Resource-Policy: same-origin\r
            Cross-Origin-Embedder-Policy: require-corp\r
            Connection: close\r
            """;

    static PageAnswer of(String mediaType, String body) {
        return new PageAnswer(200, mediaType, "", body);
    }

    /** A sentence for whoever looks at it; as plain text, in which nothing is markup. */
    static PageAnswer refusal(int status, String sentence) {
        String body = "iam-broker: " + sentence + "\n";
        return new PageAnswer(status, "text/plain; charset=utf-8", "", body);
    }

    static PageAnswer movedTo(String path, String cookie) {
        String more = "Location: " + path + "\r\nSet-Cookie: " + cookie + "\r\n";
        return new PageAnswer(303, "text/plain; charset=utf-8", more, "");
    }

    PageAnswer with(String name, String value) {
        return new PageAnswer(status, mediaType, more + name + ": " + value + "\r\n", body);
    }

    /** @param isHead whether it goes without its body */
    byte[] bytes(boolean isHead) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " " + reason() + "\r\nContent-Type: " + mediaType + "\r\n" + PROTECTION
                + more + "Content-Length: " + content.length + "\r\n\r\n";
        return (isHead ? head : head + body).getBytes(StandardCharsets.UTF_8);
    }

    /** Without its fields: one may be a session. */
    @Override
    public String toString() {
        return "answer " + status;
    }

    private String reason() {
        return switch (status) {
            case 200 -> "OK";
            case 303 -> "See Other";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 421 -> "Misdirected Request";
            default -> "Error";
        };
    }
}
