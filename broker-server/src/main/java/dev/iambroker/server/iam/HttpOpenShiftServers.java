package dev.iambroker.server.iam;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.OpenShiftFailure;
import dev.iambroker.account.OpenShiftFailure.Kind;
import dev.iambroker.account.OpenShiftServers;
import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * OpenShift's OAuth as IBM's clusters have it: the well-known document of the API server, RFC 8414, and the client that
 * takes challenges, with a one-time passcode in place of a password. TLS is verified as for IAM; no redirect is followed.
 * Thread-safe; borrows its connections.
 *
 * <p>The JDK's client sends a GET once more where the connection ends before a byte of the answer. Whatever became of the
 * first, the passcode is spent then, at the server that it was for, and another is asked for.
 */
public final class HttpOpenShiftServers implements OpenShiftServers {
    private static final Logger LOG = LoggerFactory.getLogger(HttpOpenShiftServers.class);

    private static final String DOCUMENT = "/.well-known/oauth-authorization-server";
    private static final String QUERY = "?response_type=token&client_id=openshift-challenging-client";
    private static final String API_SERVER = "api";
    private static final String OAUTH_SERVER = "oauth";
    private static final String NO_ANSWER = "error";

    /** Many times a true document, or the page beside a redirect. */
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private static final Set<Integer> NOT_NOW = Set.of(408, 425, 429);
    private static final int UNAUTHORIZED = 401;

    private final CloudConnections connections;
    private final InstantSource clock;
    private final Listener listener;

    /** Hears of every request, for metrics. Called on the requesting thread; must neither block nor throw. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param server {@code api} or {@code oauth}
         * @param status the HTTP status, or {@code error} where there was none
         */
        void requested(String server, String status);
    }

    public HttpOpenShiftServers(CloudConnections connections, InstantSource clock, Listener listener) {
        this.connections = connections;
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public String authorization(Account account, Cluster cluster) {
        URI master = masterOf(account, cluster);
        HttpCall call = HttpCall.get(URI.create(master + DOCUMENT)).acceptJson();
        Words words = new Words("API server", cluster, call.host(), List.of());
        HttpAnswer answer = send(account, call, API_SERVER, words);
        if (!answer.isSuccess()) {
            throw refused(words, answer);
        }
        JsonNode document = JsonAnswer.object(answer.body());
        if (document == null) {
            throw words.failure(Kind.RETRY, "told of its OAuth server in something other than JSON");
        }
        return allowed(master, cluster, words, JsonAnswer.text(document, "authorization_endpoint"))
                .toString();
    }

    private static URI allowed(URI master, Cluster cluster, Words words, @Nullable String stated) {
        if (stated == null) {
            throw words.failure(Kind.REFUSED, "names no OAuth server");
        }
        URI address = OpenShiftHosts.authorization(master, cluster.id(), stated);
        if (address == null) {
            throw words.failure(
                    Kind.REFUSED,
                    "names an OAuth server that is neither at its own host nor at a known variant of it, or not by"
                            + " https: no passcode is sent there");
        }
        return address;
    }

    /** On the private way where the cloud is reached on it, or where there is no other. */
    private static URI masterOf(Account account, Cluster cluster) {
        boolean prefersPrivate = account.cloud() == Cloud.IBM_CLOUD_PRIVATE;
        List<@Nullable String> urls = new ArrayList<>();
        urls.add(prefersPrivate ? cluster.privateUrl() : cluster.publicUrl());
        urls.add(prefersPrivate ? cluster.publicUrl() : cluster.privateUrl());
        urls.addAll(new TreeSet<>(cluster.endpoints()));
        for (String url : urls) {
            URI master = url == null ? null : OpenShiftHosts.master(url);
            if (master != null) {
                return master;
            }
        }
        throw new OpenShiftFailure(
                Kind.REFUSED,
                "OpenShift cluster " + new Redactor(List.of()).clean(cluster.id()) + " has no endpoint to be asked at");
    }

    @Override
    public OpenShiftToken token(Account account, Cluster cluster, String authorization, Secret passcode) {
        HttpCall call = HttpCall.get(URI.create(authorization + QUERY))
                .csrfToken()
                .passcode(passcode)
                .http11();
        Words words = new Words("OAuth server", cluster, call.host(), List.of(passcode));
        Instant requestedAt = clock.instant();
        HttpAnswer answer = send(account, call, OAUTH_SERVER, words);
        String location = answer.header("Location").orElse(null);
        if (answer.status() / 100 != 3 || location == null) {
            throw refused(words, answer);
        }
        URI master = masterOf(account, cluster);
        OAuthRedirect redirect = OAuthRedirect.of(absolute(authorization, location));
        return granted(redirect, master, cluster, words, requestedAt);
    }

    private static String absolute(String authorization, String location) {
        boolean isPath = location.startsWith("/") && !location.startsWith("//");
        return isPath ? URI.create(authorization).resolve("/") + location.substring(1) : location;
    }

    private static OpenShiftToken granted(
            OAuthRedirect redirect, URI master, Cluster cluster, Words words, Instant requestedAt) {
        if (OpenShiftHosts.authorization(master, cluster.id(), redirect.place()) == null) {
            throw words.failure(Kind.REFUSED, "redirects to another host, which is not gone to");
        }
        String error = redirect.error();
        if (error != null) {
            Kind kind = redirect.isErrorOfTheMoment() ? Kind.RETRY : Kind.REFUSED;
            throw words.failure(kind, "refuses: " + error + words.quoted(redirect.errorDescription()));
        }
        if (!redirect.hasToken()) {
            throw words.failure(Kind.REFUSED, "sends to a page where people log in, and takes no passcode");
        }
        OpenShiftToken token = redirect.token(requestedAt);
        if (token == null) {
            throw words.failure(Kind.REFUSED, "answered with a token whose type or life cannot be told");
        }
        return token;
    }

    private OpenShiftFailure refused(Words words, HttpAnswer answer) {
        int status = answer.status();
        if (NOT_NOW.contains(status) || status >= 500) {
            return words.failure(Kind.RETRY, "answered " + status, RetryAfter.of(answer, clock));
        }
        if (status == UNAUTHORIZED && words.presentsPasscode()) {
            return words.failure(Kind.PASSCODE_REFUSED, "refused the one-time passcode");
        }
        if (status / 100 == 3) {
            return words.failure(Kind.REFUSED, "answered " + status + ", a redirect, which is never followed");
        }
        return words.failure(Kind.REFUSED, "answered " + status);
    }

    private HttpAnswer send(Account account, HttpCall call, String server, Words words) {
        CloudConnection connection = connections.find(account);
        if (connection == null) {
            throw new OpenShiftFailure(Kind.RETRY, "account \"" + account.name() + "\" is no longer configured");
        }
        try {
            HttpAnswer answer = connection.exchange().send(call, MAX_ANSWER_BYTES);
            ended(server, call, String.valueOf(answer.status()));
            return answer;
        } catch (ExchangeFailure e) {
            ended(server, call, NO_ANSWER);
            throw words.failure(Kind.RETRY, e.phrase());
        }
    }

    private void ended(String server, HttpCall call, String status) {
        listener.requested(server, status);
        LOG.debug("OpenShift server={} host={} status={}", server, call.host(), status);
    }

    /** What is said of one request, without what it presented. */
    private record Words(String server, Cluster cluster, String host, List<Secret> presented) {
        OpenShiftFailure failure(Kind kind, String what) {
            return failure(kind, what, null);
        }

        OpenShiftFailure failure(Kind kind, String what, @Nullable Duration retryAfter) {
            String id = new Redactor(presented).clean(cluster.id());
            return new OpenShiftFailure(
                    kind, "the " + server + " of OpenShift cluster " + id + " at " + host + " " + what, retryAfter);
        }

        String quoted(@Nullable String foreign) {
            String clean = new Redactor(presented).clean(foreign);
            return clean == null || clean.isEmpty() ? "" : ": " + clean;
        }

        boolean presentsPasscode() {
            return !presented.isEmpty();
        }

        @Override
        public String toString() {
            return server + " of " + cluster.id();
        }
    }
}
