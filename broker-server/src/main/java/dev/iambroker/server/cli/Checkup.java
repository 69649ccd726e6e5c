package dev.iambroker.server.cli;

import dev.iambroker.server.doctor.ClusterAccess;
import dev.iambroker.server.doctor.ClusterCheckup;
import dev.iambroker.server.doctor.Finding;
import dev.iambroker.server.doctor.Kubeconfig;
import dev.iambroker.server.doctor.KubectlCheck;
import dev.iambroker.server.doctor.Step;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What {@code doctor} finds on the daemon's side of the way. Each step says whether those after it make sense. */
final class Checkup {
    private final ClientAccess access;
    private final DaemonCommands daemon;
    private final TimeLeft time;
    private final List<Finding> findings = new ArrayList<>();
    private ExitCode exitCode = ExitCode.DONE;

    Checkup(ClientAccess access, DaemonCommands daemon) {
        this.access = access;
        this.daemon = daemon;
        this.time = TimeLeft.of(access.around());
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** That of the first step that is broken. */
    ExitCode exitCode() {
        return exitCode;
    }

    private boolean add(Finding finding, ExitCode ifBroken) {
        findings.add(finding);
        if (finding.isBroken() && exitCode == ExitCode.DONE) {
            exitCode = ifBroken;
        }
        return !finding.isBroken();
    }

    /** Asks the daemon for what a step needs; null where that step is broken by it. */
    private <T> @Nullable T ask(Step step, Supplier<T> question) {
        try {
            return question.get();
        } catch (CommandFailure failure) {
            add(
                    new Finding(step, Finding.Outcome.BROKEN, String.valueOf(failure.getMessage()), null),
                    failure.exitCode());
            return null;
        }
    }

    /** A daemon may run from a file that its users cannot read: then there is nothing to check, and nothing wrong. */
    void configuration(@Nullable Path named) {
        var report = daemon.inspectConfig(named);
        if (report == null) {
            add(Finding.skipped(Step.CONFIGURATION, "none that you may read; the daemon has its own"), ExitCode.DONE);
        } else if (report.problems().isEmpty()) {
            var count = report.accounts() == 1 ? "1 account" : report.accounts() + " accounts";
            add(Finding.ok(Step.CONFIGURATION, report.file() + " has " + count), ExitCode.DONE);
        } else {
            for (var problem : report.problems()) {
                add(
                        Finding.broken(Step.CONFIGURATION, problem, "correct it; 'iam-broker check-config' checks it"),
                        ExitCode.USAGE);
            }
        }
    }

    boolean daemon() {
        var accounts = ask(Step.DAEMON, this::accounts);
        if (accounts == null) {
            return false;
        }
        var count = accounts.path("accounts").size();
        return add(
                Finding.ok(
                        Step.DAEMON, "it answers, and shows you " + (count == 1 ? "1 account" : count + " accounts")),
                ExitCode.UNREACHABLE);
    }

    private JsonNode accounts() {
        return access.client().json(BrokerRequest.get("/v1/accounts", BrokerClient.AT_ONCE));
    }

    /** What is there is served without the fleet too, so the way goes on. A daemon in no fleet has no such step. */
    void fleet() {
        var answer = ask(
                Step.FLEET, () -> access.client().sendForStatus(BrokerRequest.get("/v1/fleet", BrokerClient.AT_ONCE)));
        if (answer != null && answer.isSuccess()) {
            add(fleet(BrokerClient.parsed(answer)), ExitCode.FAILURE);
        }
    }

    private Finding fleet(JsonNode fleet) {
        if (fleet.path("connected").asBoolean(false)) {
            return member(fleet);
        }
        var refusal = Json.text(fleet, "refused");
        return refusal == null
                ? Finding.broken(
                        Step.FLEET,
                        "etcd does not answer, last heard of " + time.since(TimeLeft.instant(fleet, "as_of_at")),
                        "check etcd, the way to it and state.shared.etcd; until it answers, what is there is served")
                : new Finding(Step.FLEET, Finding.Outcome.BROKEN, "no part in it: " + refusal, null);
    }

    private static Finding member(JsonNode fleet) {
        var members = fleet.path("members").size();
        var seen = (members == 0 ? "connected" : "one of " + (members == 1 ? "1 member" : members + " members"))
                + ", lag " + FleetTable.lag(fleet);
        var unreadable = fleet.path("unreadable").asLong(0);
        return unreadable == 0
                ? Finding.ok(Step.FLEET, seen)
                : new Finding(
                        Step.FLEET,
                        Finding.Outcome.OK,
                        seen + ", records that it cannot read: " + unreadable,
                        "give all members the same fleet key and the same version");
    }

    /** How each account stands. */
    void logins() {
        var accounts = ask(Step.LOGIN, this::accounts);
        if (accounts != null) {
            accounts.path("accounts").forEach(account -> add(login(account), ExitCode.LOGIN_REQUIRED));
        }
    }

    boolean login(String name) {
        var account = ask(
                Step.LOGIN,
                () -> access.client().json(BrokerRequest.get(ClientAccess.accountPath(name), BrokerClient.AT_ONCE)));
        return account != null && add(login(account), ExitCode.LOGIN_REQUIRED);
    }

    private static Finding login(JsonNode account) {
        var name = Json.cell(account, "name");
        var state = Json.cell(account, "state");
        var seen = name + " is " + state + identity(account) + error(account);
        return switch (state) {
            case "login_required", "disabled" ->
                Finding.broken(Step.LOGIN, seen, "run 'iam-broker login " + StatusTable.loginOf(account) + "'");
            case "locked" -> Finding.broken(Step.LOGIN, seen, "run 'iam-broker unlock'");
            default -> Finding.ok(Step.LOGIN, seen);
        };
    }

    private static String identity(JsonNode account) {
        var identity = Json.text(account, "iam_id");
        var bound = Json.text(account, "account_id");
        return (identity == null ? "" : ", as " + identity)
                + (bound == null ? ", of no IBM Cloud account" : ", of account " + bound);
    }

    private static String error(JsonNode account) {
        var detail = Json.text(account.path("last_error"), "detail");
        return detail == null ? "" : "; its last error: " + detail;
    }

    /** The end of the way without a cluster. */
    void token(String account) {
        var target = ClientAccess.accountPath(account) + "/token";
        var token = ask(Step.TOKEN, () -> access.client().json(BrokerRequest.get(target, BrokerClient.UPSTREAM)));
        if (token != null) {
            var left = Duration.ofSeconds(token.path("expires_in").asLong(0));
            add(Finding.ok(Step.TOKEN, "access, ends in " + TimeLeft.span(left)), ExitCode.DONE);
        }
    }

    void cluster(String account, String cluster, KubeconfigCommand.@Nullable Endpoint endpoint, String namespace)
            throws InterruptedException {
        var path = ClientAccess.accountPath(account) + "/clusters/" + BrokerRequest.encode(cluster);
        var described = ask(Step.CLUSTER, () -> access.client().json(BrokerRequest.get(path, BrokerClient.UPSTREAM)));
        var context = described == null ? null : ask(Step.CLUSTER, () -> context(path, endpoint));
        var server = context == null ? null : ask(Step.CLUSTER, () -> server(context));
        if (described == null || context == null || server == null) {
            return;
        }
        add(Finding.ok(Step.CLUSTER, description(described) + ", " + context.server()), ExitCode.DONE);
        var token = kubeToken(account, cluster);
        if (token == null) {
            return;
        }
        var found = new ClusterCheckup(
                        new ClusterAccess(
                                account, accountId(account), cluster, server, context.authorityPem(), token, namespace),
                        access.around().clock())
                .run();
        found.forEach(finding -> add(finding, ExitCode.FAILURE));
        add(kubectl(context.server(), account, cluster), ExitCode.FAILURE);
    }

    private Kubeconfig.Context context(String path, KubeconfigCommand.@Nullable Endpoint endpoint) {
        var target =
                BrokerRequest.with(path + "/kubeconfig", "endpoint", endpoint == null ? null : endpoint.toString());
        var text = access.client()
                .send(BrokerRequest.get(target, BrokerClient.UPSTREAM))
                .text();
        try {
            var contexts = Kubeconfig.parse(text).contexts();
            if (!contexts.isEmpty()) {
                return contexts.getFirst();
            }
        } catch (IllegalArgumentException e) {
            throw unusable("the kubeconfig of the cluster cannot be read: " + e.getMessage());
        }
        throw unusable("the kubeconfig of the cluster has no context");
    }

    private static URI server(Kubeconfig.Context context) {
        try {
            return ClusterAccess.address(context.server());
        } catch (IllegalArgumentException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
    }

    /** Of the daemon's own making, so that nobody but its version or its cloud can be at fault. */
    private static CommandFailure unusable(String what) {
        return new CommandFailure(
                ExitCode.FAILURE, what + "; check that the daemon is of this version, and endpoints.containers");
    }

    private static String description(JsonNode cluster) {
        return Json.cell(cluster, "name") + " (" + Json.cell(cluster, "id") + "), " + Json.cell(cluster, "type") + " "
                + Json.cell(cluster, "version") + ", " + Json.cell(cluster, "state");
    }

    private @Nullable String kubeToken(String account, String cluster) {
        var target = BrokerRequest.with(ClientAccess.accountPath(account) + "/kube-credential", "cluster", cluster);
        var credential = ask(Step.TOKEN, () -> access.client().json(BrokerRequest.get(target, BrokerClient.UPSTREAM)));
        if (credential == null) {
            return null;
        }
        var status = credential.path("status");
        var end = TimeLeft.instant(status, "expirationTimestamp");
        add(
                Finding.ok(Step.TOKEN, "kube, ends " + (end == null ? "at some time" : time.until(end, "now"))),
                ExitCode.DONE);
        return status.path("token").asString("");
    }

    private @Nullable String accountId(String account) {
        var answer = ask(
                Step.TOKEN,
                () -> access.client().json(BrokerRequest.get(ClientAccess.accountPath(account), BrokerClient.AT_ONCE)));
        return answer == null ? null : Json.text(answer, "account_id");
    }

    private Finding kubectl(String server, String account, String cluster) {
        var files = KubeconfigFile.all(access.around());
        return new KubectlCheck(files).look(server, "iam-broker kubeconfig " + account + " " + cluster);
    }
}
