package dev.iambroker.server.iam;

import dev.iambroker.account.Account;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** IAM over HTTP: each grant as the page of the account's generation writes it. Thread-safe; borrows everything. */
public final class HttpIamClient implements IamClient {
    private static final Logger LOG = LoggerFactory.getLogger(HttpIamClient.class);

    /** Dozens of times a true answer, tokens and all. */
    private static final int MAX_ANSWER_BYTES = 256 * 1024;

    private static final String NEW_PASSCODE = "one-time-passcode";
    private static final String REVOKE = "revoke";
    private static final String NO_ANSWER = "error";
    private static final String NO_UPSTREAM = "none";

    private final CloudConnections connections;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final IamRequestListener listener;
    private final ClockSkew skew;
    private final IamErrors errors;

    /**
     * @param nanos a monotonic reading in nanoseconds, for durations
     * @param skew is told what every answer says of IAM's clock
     */
    public HttpIamClient(
            CloudConnections connections,
            InstantSource clock,
            LongSupplier nanos,
            IamRequestListener listener,
            ClockSkew skew) {
        this.connections = connections;
        this.clock = clock;
        this.nanos = nanos;
        this.listener = listener;
        this.skew = skew;
        this.errors = new IamErrors(clock);
    }

    @Override
    public IamAnswer request(Account account, Grant grant) {
        CloudConnection connection = connectionOf(account);
        checkKubeFlow(connection.profile(), grant);
        HttpCall call = new GrantRequest(connection.profile(), account.uaa()).of(grant);
        Redactor redactor = new Redactor(List.of(GrantRequest.presentedBy(grant)));
        Instant requestedAt = clock.instant();
        HttpAnswer answer = send(connection, call, grant.label(), redactor, grant instanceof Grant.Passcode);
        try {
            return readWithDate(call.host(), grant, answer, redactor, requestedAt, clock.instant());
        } finally {
            answer.wipe();
        }
    }

    private IamAnswer readWithDate(
            String host, Grant grant, HttpAnswer answer, Redactor redactor, Instant requestedAt, Instant answeredAt) {
        // Before the answer is read: where it states its end by IAM's clock alone, this tells what that means here.
        Optional<Instant> date = RetryAfter.dateOf(answer);
        date.ifPresent(stated -> skew.read(stated, requestedAt, answeredAt));
        IamAnswer read = read(host, grant, answer, redactor, requestedAt);
        // One reading an answer: where the two disagree, a median of both would jump between them.
        if (date.isEmpty()) {
            readIssueTime(read, answeredAt);
        }
        return read;
    }

    /** A token says when it was issued, RFC 7519 section 4.1.6. */
    private void readIssueTime(IamAnswer answer, Instant answeredAt) {
        IssuedToken token = answer.access() != null ? answer.access() : answer.id();
        Claims claims = token == null ? null : token.claims();
        if (claims != null && claims.issuedAt() != null) {
            skew.read(claims.issuedAt(), answer.requestedAt(), answeredAt);
        }
    }

    @Override
    public Secret passcode(Account account, Secret refreshToken) {
        CloudConnection connection = connectionOf(account);
        HttpCall call = new GrantRequest(connection.profile(), account.uaa()).newPasscode(refreshToken);
        Redactor redactor = new Redactor(List.of(refreshToken));
        HttpAnswer answer = send(connection, call, NEW_PASSCODE, redactor, false);
        try {
            return passcodeIn(call.host(), answer, redactor);
        } finally {
            answer.wipe();
        }
    }

    private Secret passcodeIn(String host, HttpAnswer answer, Redactor redactor) {
        String passcode = JsonAnswer.text(readable(host, answer, redactor), "passcode");
        if (passcode == null) {
            throw IamErrors.lacking(host, answer, NEW_PASSCODE, "passcode");
        }
        return Secret.of(passcode);
    }

    @Override
    public void revoke(Account account, Secret refreshToken) {
        CloudConnection connection = connectionOf(account);
        URI url = connection.profile().revocationUrl();
        if (url == null) {
            return;
        }
        Form form = new Form().secret("token", refreshToken).field("token_type_hint", "refresh_token");
        HttpCall call = HttpCall.post(url, form).client(OAuthClient.BX);
        Redactor redactor = new Redactor(List.of(refreshToken));
        HttpAnswer answer = send(connection, call, REVOKE, redactor, false);
        if (!answer.isSuccess()) {
            throw errors.refused(call.host(), answer, redactor);
        }
    }

    @Override
    public TokenIssuers issuers(Account account, @Nullable String named) {
        CloudConnection connection = connections.find(account);
        return connection == null ? TokenIssuers.UNKNOWN : connection.issuers().at(nanos.getAsLong(), named);
    }

    @Override
    public URI passcodePage(Account account) {
        return connections.known(account).passcodePage().url();
    }

    /** Where sessions are refreshed, as {@code https://host}; that logins of the 2017 generation go elsewhere is rare. */
    @Override
    public String upstream(Account account) {
        CloudConnection connection = connections.find(account);
        return connection == null ? NO_UPSTREAM : origin(connection.profile().refreshUrl());
    }

    /** RFC 6454 section 4, so that two ways to write one host are one IAM. */
    private static String origin(URI url) {
        String host = url.getScheme() + "://" + url.getHost().toLowerCase(Locale.ROOT);
        boolean isImplied = url.getPort() < 0 || url.getPort() == ("https".equals(url.getScheme()) ? 443 : 80);
        return isImplied ? host : host + ":" + url.getPort();
    }

    private CloudConnection connectionOf(Account account) {
        CloudConnection connection = connections.find(account);
        if (connection == null) {
            throw new IamFailure.GiveUp(
                    "account \"" + account.name() + "\" is no longer configured", IamFailure.NO_STATUS, null);
        }
        return connection;
    }

    private static void checkKubeFlow(CloudProfile cloud, Grant grant) {
        if (!cloud.cloud().hasKubeFlow() && isKube(grant)) {
            throw new IamFailure.GiveUp(
                    "cloud " + cloud.cloud().word() + " has no kube tokens; clusters need a later generation",
                    IamFailure.NO_STATUS,
                    null);
        }
    }

    private static boolean isKube(Grant grant) {
        return switch (grant) {
            case Grant.DelegatedRefresh g -> true;
            case Grant.DelegatedExchange g -> true;
            case Grant.KubeRefresh g -> true;
            case Grant.KubeApiKey g -> true;
            case Grant.ComputeResource g -> g.asKube();
            case Grant.Password g -> false;
            case Grant.ApiKey g -> false;
            case Grant.Passcode g -> false;
            case Grant.Refresh g -> false;
        };
    }

    private HttpAnswer send(
            CloudConnection connection, HttpCall call, String label, Redactor redactor, boolean isPasscode) {
        long start = nanos.getAsLong();
        try {
            HttpAnswer answer = connection.exchange().send(call, MAX_ANSWER_BYTES);
            ended(label, call, answer, redactor, nanos.getAsLong() - start);
            return answer;
        } catch (ExchangeFailure e) {
            ended(label, call, null, redactor, nanos.getAsLong() - start);
            throw IamErrors.unreached(call.host(), e, isPasscode);
        }
    }

    private void ended(
            String label, HttpCall call, @Nullable HttpAnswer answer, Redactor redactor, long durationNanos) {
        String status = answer == null ? NO_ANSWER : String.valueOf(answer.status());
        listener.requested(label, status, durationNanos);
        if (LOG.isDebugEnabled()) {
            log(label, call, status, answer, redactor, durationNanos);
        }
    }

    /** Nothing of the request but its label and host, nothing of the answer but what support asks for. */
    private static void log(
            String label, HttpCall call, String status, @Nullable HttpAnswer answer, Redactor redactor, long nanos) {
        ErrorBody error = answer == null || answer.isSuccess() ? null : ErrorBody.of(answer.body());
        LOG.debug(
                "IAM grant={} host={} status={} code={} ms={} transaction={} request={}",
                label,
                call.host(),
                status,
                error == null ? null : IamErrors.code(error, redactor),
                TimeUnit.NANOSECONDS.toMillis(nanos),
                answer == null
                        ? null
                        : redactor.clean(answer.header("Transaction-Id").orElse(null)),
                error == null ? null : redactor.clean(error.requestId()));
    }

    private IamAnswer read(String host, Grant grant, HttpAnswer answer, Redactor redactor, Instant requestedAt) {
        IamAnswer read = TokenAnswer.read(readable(host, answer, redactor), requestedAt, skew.median());
        if (grant instanceof Grant.ComputeResource g && g.asKube() && read.id() == null && read.access() != null) {
            throw IamErrors.noIdTokenForProfile(host, answer);
        }
        if (!TokenAnswer.serves(grant, read)) {
            throw IamErrors.lacking(host, answer, grant.label(), TokenAnswer.purpose(grant));
        }
        return read;
    }

    /** The JSON of a success that IAM itself calls one. */
    private JsonNode readable(String host, HttpAnswer answer, Redactor redactor) {
        if (!answer.isSuccess()) {
            throw errors.refused(host, answer, redactor);
        }
        JsonNode json = JsonAnswer.object(answer.body());
        if (json == null) {
            throw IamErrors.unreadable(host, answer);
        }
        if (JsonAnswer.text(json, "errorCode") != null) {
            throw errors.refused(host, answer, redactor);
        }
        return json;
    }
}
