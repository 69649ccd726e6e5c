package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a program that speaks no Unix sockets reaches the broker.
 *
 * @param url of the loopback listener, without a path
 * @param secretFile with the secret of a client, absolute
 */
record LoopbackWay(String url, Path secretFile) {
    private static final String NAME_THEM = "name them with --url and --secret-file";
    private static final Pattern URL = Pattern.compile("http://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1]):[0-9]{1,5}/?");
    private static final Pattern UNRESERVED = Pattern.compile("[A-Za-z0-9._~-]+\\n?");

    /**
     * What is named, and for the rest what the configuration says.
     *
     * @throws CommandFailure where something is missing, with what to add
     */
    static LoopbackWay find(
            String account,
            @Nullable String url,
            @Nullable Path secretFile,
            DaemonCommands daemon,
            @Nullable Path config) {
        if (url != null && secretFile != null) {
            return new LoopbackWay(checked(url), readable(secretFile));
        }
        ConfigReport report = report(daemon.inspectConfig(config));
        String base = url == null ? listener(report) : checked(url);
        return new LoopbackWay(base, readable(secretFile == null ? client(report, account) : secretFile));
    }

    private static ConfigReport report(@Nullable ConfigReport report) {
        if (report == null) {
            throw usage("no configuration is readable here that names the loopback listener and a client's secret: "
                    + NAME_THEM + ", or the configuration with --config before the command");
        }
        if (!report.problems().isEmpty()) {
            throw usage("the configuration " + report.file()
                    + " cannot be used here ('iam-broker check-config' says why): " + NAME_THEM);
        }
        return report;
    }

    private static String listener(ConfigReport report) {
        if (report.url() == null) {
            throw usage("the configuration " + report.file() + " has no loopback listener with a port of its own:"
                    + " add 'http: { address: 127.0.0.1:8180 }' under 'listen', or name its URL with --url");
        }
        return report.url();
    }

    private static Path client(ConfigReport report, String account) {
        return report.clients().stream()
                .filter(client -> client.accounts().contains(account))
                .map(ConfigReport.FileClient::secretFile)
                .findFirst()
                .orElseThrow(() -> usage("the configuration " + report.file()
                        + " has no client with a secret in a file and a right to this account: add '- { name: sdk, match:"
                        + " { secret: { file: FILE } }, allow: [ \"access:" + account
                        + "\" ] }' under 'clients', or name a file with --secret-file"));
    }

    /** The secret goes to this address. */
    private static String checked(String url) {
        if (!URL.matcher(url).matches()) {
            throw usage("--url is not the broker's: expected http://127.0.0.1:PORT, http://[::1]:PORT or"
                    + " http://localhost:PORT");
        }
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private static Path readable(Path file) {
        Path whole = file.toAbsolutePath().normalize();
        if (!Files.isRegularFile(whole) || !Files.isReadable(whole)) {
            throw usage("the client's secret " + whole
                    + " cannot be read by this user: name another file with --secret-file");
        }
        return whole;
    }

    /** @throws CommandFailure where the secret would be another one as a part of a URL */
    void requireSecretFitsUrl() {
        try {
            String secret = Files.readString(secretFile, StandardCharsets.ISO_8859_1);
            if (!UNRESERVED.matcher(secret).matches()) {
                throw usage("the secret in " + secretFile + " has characters that mean something in a URL: make it of"
                        + " letters, digits, '.', '_', '~' and '-'");
            }
        } catch (IOException unreadable) {
            throw usage("the client's secret " + secretFile + " cannot be read: name another file with --secret-file");
        }
    }

    private static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }
}
