package dev.iambroker.server.iam;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where one IAM shows a person a one-time passcode: where its discovery document says, on a shard that changes from one
 * time to the next, or where its generation has it. A person will log in there, so no answer leads anywhere but to a host
 * of the same domain. Thread-safe.
 */
final class PasscodePage {
    private static final int MAX_BYTES = 64 * 1024;

    /** Printable, since it is shown on a terminal; without user information, a query or a fragment. */
    private static final Pattern PAGE = Pattern.compile("(?=.{1,200}$)https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9._~/-]*)?");

    /** IBM's own, of which public, private and regional hosts name each other. */
    private static final Pattern IBM = Pattern.compile("(?:.*\\.)?(?:cloud\\.ibm\\.com|bluemix\\.net)");

    private final CloudProfile profile;
    private final HttpExchange exchange;

    /** @param exchange with a short deadline: a person waits */
    PasscodePage(CloudProfile profile, HttpExchange exchange) {
        this.profile = profile;
        this.exchange = exchange;
    }

    URI url() {
        return chosen(named(), profile.passcodeUrl());
    }

    static URI chosen(@Nullable String named, URI implied) {
        if (named == null || !PAGE.matcher(named).matches()) {
            return implied;
        }
        URI page = URI.create(named);
        return isOfOneDomain(page, implied) ? page : implied;
    }

    private @Nullable String named() {
        try {
            HttpAnswer answer = exchange.send(HttpCall.get(profile.discoveryUrl()), MAX_BYTES);
            JsonNode document = answer.isSuccess() ? JsonAnswer.object(answer.body()) : null;
            return document == null ? null : JsonAnswer.text(document, "passcode_endpoint");
        } catch (ExchangeFailure away) {
            return null;
        }
    }

    private static boolean isOfOneDomain(URI page, URI implied) {
        String host = page.getHost();
        if (host == null || !page.getScheme().equals(implied.getScheme()) || page.getPort() != implied.getPort()) {
            return false;
        }
        boolean isIbms =
                IBM.matcher(host).matches() && IBM.matcher(implied.getHost()).matches();
        return isIbms || host.equals(implied.getHost()) || host.endsWith("." + implied.getHost());
    }
}
