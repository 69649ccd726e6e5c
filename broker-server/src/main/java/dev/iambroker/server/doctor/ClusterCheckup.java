package dev.iambroker.server.doctor;

import dev.iambroker.iam.Claims;
import dev.iambroker.server.iam.JwtClaims;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * From the token to what it may do. Each step is taken only where the one before it went well. Blocks for some seconds a
 * step at most; confined to one thread.
 */
public final class ClusterCheckup {
    /** What a client may be off before tokens seem to be of the future, or to have ended. */
    private static final Duration TOLERABLE = Duration.ofSeconds(60);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final List<String> REVIEW_VERSIONS = List.of("v1", "v1beta1", "v1alpha1");

    private final ClusterAccess access;
    private final InstantSource clock;
    private final Duration patience;
    private final List<Finding> findings = new ArrayList<>();

    public ClusterCheckup(ClusterAccess access, InstantSource clock) {
        this(access, clock, PATIENCE);
    }

    ClusterCheckup(ClusterAccess access, InstantSource clock, Duration patience) {
        this.access = access;
        this.clock = clock;
        this.patience = patience;
    }

    /** What was found, up to the first step that is broken. */
    public List<Finding> run() throws InterruptedException {
        if (passes(claims()) && reached()) {
            askApiServer();
        }
        return List.copyOf(findings);
    }

    private boolean passes(Finding finding) {
        findings.add(finding);
        return !finding.isBroken();
    }

    private Finding claims() {
        Claims claims = JwtClaims.decode(access.token());
        if (claims == null) {
            return Finding.skipped(Step.CLAIMS, "an opaque token, as OpenShift's own server gives it");
        }
        String wanted = access.accountId();
        Set<String> accounts = claims.kubeAccounts();
        if (!claims.audience().contains("kube")) {
            return Finding.broken(
                    Step.CLAIMS,
                    "the token is for " + claims.audience() + " and the cluster expects kube",
                    "check endpoints.iam and cloud of account \"" + access.account() + "\" in the configuration");
        }
        if (wanted != null && !accounts.contains(wanted)) {
            return Finding.broken(
                    Step.CLAIMS,
                    "the token is of account " + (accounts.isEmpty() ? "none" : String.join(", ", accounts))
                            + " and the cluster's is " + wanted,
                    "use a login of that account, or correct account-id of \"" + access.account() + "\"");
        }
        Instant end = claims.expiresAt();
        if (end != null && !end.isAfter(clock.instant())) {
            return Finding.broken(
                    Step.CLAIMS, "by this machine's clock the token ended at " + end, "check this machine's clock");
        }
        return Finding.ok(
                Step.CLAIMS,
                "for kube, of account " + String.join(", ", accounts) + ", by " + claims.issuer() + ", until " + end);
    }

    private boolean reached() {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(access.host());
        } catch (UnknownHostException e) {
            return passes(Finding.broken(
                    Step.DNS,
                    access.host() + " has no address",
                    "check the name server and the VPN; a cluster that was deleted loses its name too: 'iam-broker"
                            + " clusters " + access.account() + "' lists those there are"));
        }
        List<String> found =
                Arrays.stream(addresses).map(InetAddress::getHostAddress).toList();
        return passes(Finding.ok(Step.DNS, access.host() + " is " + String.join(", ", found)))
                && passes(tls(addresses));
    }

    /** As clients do, the next address where one does not answer; what is wrong at the first is what is told. */
    private Finding tls(InetAddress... addresses) {
        Finding first = new TlsProbe(access).look(addresses[0]);
        Finding found = first;
        for (int i = 1; i < addresses.length && found.isBroken(); i++) {
            found = new TlsProbe(access).look(addresses[i]);
        }
        return found.isBroken() ? first : found;
    }

    private void askApiServer() throws InterruptedException {
        try (ApiServer server = new ApiServer(access, patience)) {
            ApiServer.Reply version = server.get("/version");
            findings.add(clock(version.date()));
            boolean isKnown = passes(version(version)) && passes(identity(server));
            if (isKnown) {
                findings.add(rbac(server.get("/api/v1/namespaces/" + access.namespace() + "/pods?limit=1")));
            }
        } catch (IOException | GeneralSecurityException e) {
            findings.add(Finding.broken(
                    Step.VERSION,
                    "the API server broke off: " + e.getMessage(),
                    "try again, and check a proxy or firewall in between"));
        }
    }

    private Finding clock(String date) {
        Instant there;
        try {
            there = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
        } catch (DateTimeException e) {
            return Finding.skipped(Step.CLOCK, "the API server does not tell its time");
        }
        Duration off = Duration.between(there, clock.instant());
        if (off.abs().compareTo(TOLERABLE) <= 0) {
            return Finding.ok(Step.CLOCK, "within " + TOLERABLE.toSeconds() + " s of the API server's");
        }
        return new Finding(
                Step.CLOCK,
                Finding.Outcome.OK,
                off.abs().toSeconds() + " s " + (off.isNegative() ? "behind" : "ahead of") + " the API server's",
                "set this machine's clock: certificates and tokens seem to end at other times than they do");
    }

    private Finding version(ApiServer.Reply reply) {
        if (reply.isGood()) {
            return Finding.ok(Step.VERSION, reply.body().path("gitVersion").asString("of no version that it tells"));
        }
        if (reply.status() == 401) {
            return Finding.broken(
                    Step.VERSION,
                    "the API server does not accept the token (401)",
                    "run 'iam-broker purge " + access.account()
                            + "' and try again; if it stays, the cluster belongs to another"
                            + " account, or its master cannot reach IAM");
        }
        return Finding.broken(
                Step.VERSION,
                "GET /version: " + reply.message(),
                "check the state of the cluster with 'iam-broker clusters " + access.account() + "'");
    }

    private Finding identity(ApiServer server) throws IOException, InterruptedException {
        for (String version : REVIEW_VERSIONS) {
            String group = "authentication.k8s.io/" + version;
            ApiServer.Reply reply = server.post(
                    "/apis/" + group + "/selfsubjectreviews",
                    "{\"apiVersion\":\"" + group + "\",\"kind\":\"SelfSubjectReview\"}");
            if (reply.status() != 404) {
                return identity(reply);
            }
        }
        return Finding.skipped(Step.IDENTITY, "the API server is too old to say");
    }

    private static Finding identity(ApiServer.Reply reply) {
        if (!reply.isGood()) {
            return Finding.skipped(Step.IDENTITY, "the API server does not say: " + reply.message());
        }
        var user = reply.body().path("status").path("userInfo");
        List<String> groups = user.path("groups")
                .valueStream()
                .map(group -> group.asString(""))
                .toList();
        return Finding.ok(
                Step.IDENTITY,
                user.path("username").asString("") + (groups.isEmpty() ? "" : ", in " + String.join(", ", groups)));
    }

    private Finding rbac(ApiServer.Reply reply) {
        String deed = "list pods in namespace " + access.namespace();
        if (reply.isGood()) {
            return Finding.ok(Step.RBAC, "may " + deed);
        }
        if (reply.status() == 403) {
            return Finding.broken(
                    Step.RBAC,
                    "may not " + deed + ": " + reply.message(),
                    "the token is good, the role is missing: have a service access role (Reader or more) on the cluster given"
                            + " to this identity in IAM, then run 'iam-broker kubeconfig " + access.account() + " "
                            + access.cluster() + "', which has IBM Cloud write the role into the cluster; or look into"
                            + " another namespace with --namespace");
        }
        return Finding.broken(Step.RBAC, "GET pods: " + reply.message(), "check the cluster's state");
    }
}
