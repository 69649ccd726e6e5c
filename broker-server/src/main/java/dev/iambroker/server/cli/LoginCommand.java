package dev.iambroker.server.cli;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code login} */
@Command(
        name = "login",
        description = {
            "Log an account in.",
            "For a passcode the page that shows one is named. The secret is asked for on the terminal, or read from stdin when the option's value is '-'; it is never an"
                    + " argument, where others could read it. Without an option: the configured credential again."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker login dev --passcode",
            "  pass show ibm/prod-key | iam-broker login prod --api-key -"
        })
final class LoginCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Option(
            names = "--passcode",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "-",
            description = "With a one-time passcode.")
    @Nullable
    String passcode;

    @Option(
            names = "--username",
            paramLabel = "U",
            description = "With this user's password; without a terminal it is read from stdin.")
    @Nullable
    String username;

    @Option(
            names = "--password",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "-",
            description = "How to read the password of --username.")
    @Nullable
    String password;

    @Option(
            names = "--api-key",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "-",
            description = "With an API key, for this session only.")
    @Nullable
    String apiKey;

    @Option(
            names = "--refresh-token",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "-",
            description = "With the refresh token of a session made elsewhere.")
    @Nullable
    String refreshToken;

    @Mixin
    final OutputOption output = new OutputOption();

    LoginCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        requireNoLiterals();
        requireOneWay();
        var target = account.path() + "/login";
        var body = body();
        try {
            var request = BrokerRequest.postSecret(target, body, BrokerClient.UPSTREAM);
            return new AccountAction(access, output).run(request, report -> report.loggedIn(this::nameOf));
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private void requireNoLiterals() {
        requireNoLiteral("--passcode", passcode);
        requireNoLiteral("--password", password);
        requireNoLiteral("--api-key", apiKey);
        requireNoLiteral("--refresh-token", refreshToken);
    }

    private static void requireNoLiteral(String option, @Nullable String value) {
        if (value == null || value.isEmpty() || value.equals("-")) {
            return;
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                option + " takes no value but '-', since arguments can be read by others:"
                        + " run 'iam-broker login ACCOUNT " + option + "' to be asked, or '" + option
                        + " -' to pass it on stdin");
    }

    private void requireOneWay() {
        var ways = 0;
        for (var way : new @Nullable String[] {passcode, username, apiKey, refreshToken}) {
            ways += way == null ? 0 : 1;
        }
        if (ways > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--passcode, --username, --api-key and --refresh-token exclude each other: give one of them");
        }
        if (password != null && username == null) {
            throw new CommandFailure(ExitCode.USAGE, "--password belongs to a user: add --username U");
        }
    }

    private byte[] body() {
        var input = new SecretInput(access.around());
        if (passcode != null) {
            return askPasscode(input, passcode);
        }
        if (username != null) {
            return username(input, username);
        }
        if (apiKey != null) {
            return LoginBody.of("api_key", input.read("--api-key", apiKey, prompt("API key")));
        }
        if (refreshToken != null) {
            return LoginBody.of("refresh_token", input.read("--refresh-token", refreshToken, prompt("Refresh token")));
        }
        if (!isPasscodeAccount()) {
            return LoginBody.empty();
        }
        demandOwnLogin();
        return askPasscode(input, "");
    }

    /** Nobody should fetch a passcode for an account that uses another's login: the daemon names that one. */
    private void demandOwnLogin() {
        var answer = access.client().sendForStatus(AccountAction.request(account, "login"));
        var problem = ProblemReport.of(answer);
        if (!answer.isSuccess() && !problem.asksForPasscode()) {
            throw problem.failure();
        }
    }

    private byte[] askPasscode(SecretInput input, String value) {
        if (!value.equals("-") && access.around().secretPrompt().canAsk()) {
            sayWhereThePasscodeIs();
        }
        return LoginBody.of("passcode", input.read("--passcode", value, prompt("One-time passcode")));
    }

    /** Before anybody is asked for it, so that whoever may not log in at all does not fetch one. */
    private void sayWhereThePasscodeIs() {
        var answer = access.client().json(BrokerRequest.get(account.path() + "/passcode-url", BrokerClient.UPSTREAM));
        access.around().err().println("A one-time passcode is shown at " + Json.cell(answer, "passcode_url"));
    }

    /** What IBM Cloud calls the account of that ID; null where it does not say. The login is done either way. */
    private @Nullable String nameOf(String id) {
        try {
            var request = BrokerRequest.get(account.path() + "/ibm-accounts", BrokerClient.AT_ONCE);
            return access.client()
                    .json(request)
                    .path("accounts")
                    .valueStream()
                    .filter(each -> Json.cell(each, "id").equalsIgnoreCase(id))
                    .map(each -> Json.text(each, "name"))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        } catch (CommandFailure notTold) {
            return null;
        }
    }

    private byte[] username(SecretInput input, String user) {
        var secret = password == null
                ? input.readFromTerminalOrStdin("--password", prompt("Password of " + user))
                : input.read("--password", password, prompt("Password of " + user));
        return LoginBody.ofPassword(user, secret);
    }

    private String prompt(String what) {
        return what + " for account \"" + account.name + "\": ";
    }

    /** Such an account has no configured credential to use again: its secret is the user's to type. */
    private boolean isPasscodeAccount() {
        var answer = access.client().json(BrokerRequest.get(account.path(), BrokerClient.AT_ONCE));
        return "passcode".equals(Json.text(answer, "login"));
    }
}
