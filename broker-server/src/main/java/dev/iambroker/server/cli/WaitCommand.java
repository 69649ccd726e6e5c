package dev.iambroker.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wait} */
@Command(
        name = "wait",
        description = "Return once every account, or the one named, can be served; also before the daemon is up.",
        footer = {
            "",
            "Example:",
            "  iam-broker wait --for ready --timeout 30s",
            "  iam-broker wait --for account prod --timeout 0"
        })
final class WaitCommand implements Callable<Integer> {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private final ClientAccess access;

    @Option(names = "--for", paramLabel = "WHAT", required = true, description = "ready, or account with its name.")
    Goal goal = Goal.READY;

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "The account, with --for account.")
    @Nullable
    String account;

    @Option(
            names = "--timeout",
            paramLabel = "60s",
            converter = Durations.class,
            defaultValue = "60s",
            description = "When to give up; 0 looks once (default: ${DEFAULT-VALUE}).")
    Duration timeout = Duration.ofSeconds(60);

    WaitCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var path = path();
        return Progress.during(
                access.around(), "waiting for " + (account == null ? "the broker" : account), () -> await(path));
    }

    private int await(String path) {
        var end = access.around().clock().instant().plus(timeout);
        while (true) {
            var failure = look(path);
            if (failure == null) {
                return 0;
            }
            if (!isWorthWaiting(failure)) {
                throw failure;
            }
            if (!pauseBefore(end)) {
                throw explained(failure);
            }
        }
    }

    private String path() {
        if (goal == Goal.READY && account == null) {
            return "/readyz";
        }
        if (goal == Goal.ACCOUNT && account != null) {
            return ClientAccess.accountPath(account).replace("/v1/accounts/", "/readyz/");
        }
        throw new CommandFailure(ExitCode.USAGE, "give '--for ready' or '--for account ACCOUNT'");
    }

    /** Null when it is so. */
    private @Nullable CommandFailure look(String path) {
        try {
            var answer = access.silentClient().sendForStatus(BrokerRequest.get(path, BrokerClient.AT_ONCE));
            if (answer.isSuccess()) {
                return null;
            }
            return answer.status() == 503
                    ? notReady()
                    : ProblemReport.of(answer).failure();
        } catch (CommandFailure failure) {
            return failure;
        }
    }

    private CommandFailure notReady() {
        var subject = account == null ? "the broker is" : "account \"" + account + "\" is";
        return new CommandFailure(
                ExitCode.IAM_UNAVAILABLE,
                subject + " not ready" + (timeout.isZero() ? "" : " after " + timeout.toSeconds() + " s")
                        + ": 'iam-broker status' says why");
    }

    /** An account that waits for a person is no matter of IAM: the exit code says so too. */
    private CommandFailure explained(CommandFailure failure) {
        if (account == null || failure.exitCode() != ExitCode.IAM_UNAVAILABLE) {
            return failure;
        }
        try {
            var status = access.silentClient()
                    .json(BrokerRequest.get(ClientAccess.accountPath(account), BrokerClient.AT_ONCE));
            var state = Json.text(status, "state");
            return switch (state == null ? "" : state) {
                case "login_required" -> standing("needs a login: run 'iam-broker login " + account + "'");
                case "disabled" -> standing("is logged out: run 'iam-broker login " + account + "'");
                case "locked" -> standing("is locked: run 'iam-broker unlock'");
                default -> failure;
            };
        } catch (CommandFailure unknown) {
            return failure;
        }
    }

    private CommandFailure standing(String what) {
        return new CommandFailure(ExitCode.LOGIN_REQUIRED, "account \"" + account + "\" " + what);
    }

    /** A refusal and an unknown name do not change by waiting; a daemon that is not up yet does. */
    private static boolean isWorthWaiting(CommandFailure failure) {
        return failure.exitCode() == ExitCode.IAM_UNAVAILABLE || failure.exitCode() == ExitCode.UNREACHABLE;
    }

    private boolean pauseBefore(Instant end) {
        var left = Duration.between(access.around().clock().instant(), end);
        if (!left.isPositive()) {
            return false;
        }
        return access.around().pause().pass(left.compareTo(BETWEEN_LOOKS) < 0 ? left : BETWEEN_LOOKS);
    }

    enum Goal {
        READY,
        ACCOUNT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
