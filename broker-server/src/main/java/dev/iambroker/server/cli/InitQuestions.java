package dev.iambroker.server.cli;

import dev.iambroker.account.AccountName;
import dev.iambroker.server.cli.InitAnswers.Login;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The questions of {@code init}, on the terminal or answered by the lines of stdin. A person is asked again after an
 * answer that cannot be; a script fails by it. Confined to one thread.
 */
final class InitQuestions {
    private static final Pattern ACCOUNT_ID = Pattern.compile("[0-9a-fA-F]{32}");

    /** What YAML takes as it stands. */
    private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._ -]{0,126}[A-Za-z0-9]");

    private static final Pattern FILE = Pattern.compile("/[A-Za-z0-9._/-]{1,254}");
    private static final String TOKEN_FILE = "/var/run/secrets/tokens/sa-token";
    private static final int MAX_LINE = 4096;

    private final Surroundings around;
    private final Path config;

    /** @param config beside which an API key will be kept */
    InitQuestions(Surroundings around, Path config) {
        this.around = around;
        this.config = config;
    }

    /** @throws CommandFailure if stdin ends before, or a script answers what cannot be */
    InitAnswers ask() {
        var login = asked("""
                How do you log in to IBM Cloud?
                  1  api-key          a key of a user or a service ID
                  2  passcode         you, by single sign-on, once a day or so
                  3  trusted-profile  this is a Kubernetes pod with a token of its own
                1, 2 or 3 [1]:\s""", "answer 1, 2 or 3", InitQuestions::login);
        var name = asked(
                "What do you call the account here? [prod]: ",
                "an alias has up to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit",
                text -> Optional.of(text.isEmpty() ? "prod" : text).filter(AccountName::isValid));
        demandNewKey(login, name);
        var id = asked(
                """
                Its ID at IBM Cloud, 32 digits (cloud.ibm.com: Manage, Account);
                empty for later, but without it there is nothing for kubectl:\s""",
                "an account ID has 32 hexadecimal digits",
                text -> Optional.of(text)
                        .filter(each ->
                                each.isEmpty() || ACCOUNT_ID.matcher(each).matches()));
        var isProfile = login == Login.TRUSTED_PROFILE;
        return new InitAnswers(
                login, name, id.isEmpty() ? null : id, isProfile ? profile() : "", isProfile ? tokenFile() : "");
    }

    private static Optional<Login> login(String text) {
        return switch (text) {
            case "", "1", "api-key" -> Optional.of(Login.API_KEY);
            case "2", "passcode" -> Optional.of(Login.PASSCODE);
            case "3", "trusted-profile" -> Optional.of(Login.TRUSTED_PROFILE);
            default -> Optional.empty();
        };
    }

    private void demandNewKey(Login login, String name) {
        var key = config.resolveSibling(name + "-api-key");
        if (login == Login.API_KEY && Files.exists(key)) {
            throw new CommandFailure(
                    ExitCode.FAILURE, key + " exists, and stays as it is: take another name, or move it away");
        }
    }

    private String profile() {
        return asked(
                "The trusted profile's name: ",
                "a name of letters, digits, blanks, '.', '_' and '-' is expected; docs/configuration.md has profile-id",
                text -> Optional.of(text).filter(each -> PROFILE.matcher(each).matches()));
    }

    private String tokenFile() {
        return asked(
                "The file with the pod's token [" + TOKEN_FILE + "]: ",
                "the file's whole path is expected",
                text -> Optional.of(text.isEmpty() ? TOKEN_FILE : text)
                        .filter(each -> FILE.matcher(each).matches()));
    }

    /** The key, owned by the caller, who wipes it. */
    char[] apiKey() {
        var prompt = around.secretPrompt();
        var key = prompt.canAsk() ? prompt.ask("The API key, not shown: ") : fromStdin();
        if (key == null || key.length == 0) {
            throw new CommandFailure(ExitCode.USAGE, "there is no API key: nothing was written");
        }
        return key;
    }

    private char[] fromStdin() {
        if (around.inTerminal()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the key would be shown as it is typed: run it with its output on the terminal");
        }
        return line().toCharArray();
    }

    private <T> T asked(String question, String expected, Function<String, Optional<T>> reading) {
        while (true) {
            if (isTalk()) {
                around.err().print(question);
                around.err().flush();
            }
            var answer = reading.apply(line());
            if (answer.isPresent()) {
                return answer.get();
            }
            if (!isTalk()) {
                throw new CommandFailure(ExitCode.USAGE, expected + ": nothing was written");
            }
            around.err().println("  " + expected);
        }
    }

    private boolean isTalk() {
        return around.inTerminal();
    }

    /** Byte by byte: what follows is read by others. */
    private String line() {
        var bytes = new ByteArrayOutputStream();
        try {
            for (int next = around.in().read(); next != '\n'; next = around.in().read()) {
                if (next < 0 && bytes.size() == 0) {
                    throw new CommandFailure(
                            ExitCode.USAGE,
                            "stdin ended before all was answered, nothing was written: run it on a terminal, or see"
                                    + " 'iam-broker init --help'");
                }
                if (next < 0 || bytes.size() > MAX_LINE) {
                    break;
                }
                bytes.write(next);
            }
            return bytes.toString(StandardCharsets.UTF_8).strip();
        } catch (IOException failure) {
            throw new CommandFailure(ExitCode.FAILURE, "stdin cannot be read: nothing was written");
        }
    }
}
