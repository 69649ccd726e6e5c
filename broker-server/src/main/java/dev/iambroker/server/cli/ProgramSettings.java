package dev.iambroker.server.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What programs read in their environment to take their tokens from the broker. */
final class ProgramSettings {
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    private static final String CREDENTIALS = "ibm-credentials.env";

    private ProgramSettings() {}

    /** @throws CommandFailure where one of them can be no service's name */
    static void requireServices(List<String> services) {
        if (!services.stream().allMatch(name -> SERVICE.matcher(name).matches())) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--service is no service's name: expected letters, digits, '-' and '_'");
        }
    }

    /**
     * An SDK that finds its service in such a file does not look at the environment: it would go on with what is there, an old
     * key for one.
     *
     * @throws CommandFailure where one of the files that SDKs look for has something of one of these services
     */
    static void requireNoFile(List<String> services, Map<String, String> environment) {
        List<String> prefixes =
                services.stream().map(service -> prefix(service) + "_").toList();
        Stream.of(
                        environment.getOrDefault("IBM_CREDENTIALS_FILE", ""),
                        CREDENTIALS,
                        environment.getOrDefault("HOME", "") + "/" + CREDENTIALS)
                .map(File::new)
                .filter(file -> hasAny(prefixes, file))
                .findFirst()
                .ifPresent(file -> {
                    throw new CommandFailure(
                            ExitCode.USAGE,
                            "SDKs take the settings of a service of --service from " + file.getAbsolutePath()
                                    + " rather than from exec: take its lines out of there");
                });
    }

    private static boolean hasAny(List<String> prefixes, File file) {
        if (!file.isFile()) {
            return false;
        }
        try (Stream<String> lines = Files.lines(file.toPath(), StandardCharsets.ISO_8859_1)) {
            return lines.map(String::strip).anyMatch(line -> prefixes.stream().anyMatch(line::startsWith));
        } catch (IOException | UncheckedIOException unreadable) {
            // For the SDK too, which is this user's.
            return false;
        }
    }

    private static String prefix(String service) {
        return service.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The account is named once: what was set before beside the name would be refused with it. */
    static Stream<Variable> sdk(LoopbackWay way, String account, String service) {
        String prefix = prefix(service);
        return Stream.of(
                new Variable.Gone(prefix + "_IAM_PROFILE_ID", prefix + "_IAM_PROFILE_CRN"),
                new Variable.Text(prefix + "_AUTH_TYPE", "container"),
                new Variable.Text(prefix + "_AUTH_URL", way.url()),
                new Variable.Text(
                        prefix + "_CR_TOKEN_FILENAME", way.secretFile().toString()),
                new Variable.Text(prefix + "_IAM_PROFILE_NAME", account));
    }

    /** An API key or a refresh token that is set goes before a token. */
    static Stream<Variable> terraformToken(String token) {
        return Stream.of(
                new Variable.Gone("IC_API_KEY", "IBMCLOUD_API_KEY", "BM_API_KEY", "BLUEMIX_API_KEY"),
                new Variable.Gone("IC_IAM_REFRESH_TOKEN", "IBMCLOUD_IAM_REFRESH_TOKEN"),
                new Variable.Gone("IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID"),
                new Variable.Gone("IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME"),
                new Variable.Text("IC_IAM_TOKEN", "Bearer " + token),
                new Variable.Text("IBMCLOUD_IAM_TOKEN", "Bearer " + token));
    }

    /** With a profile beside the key the provider would ask for a grant that the broker does not serve. */
    static Stream<Variable> terraformEndpoint(LoopbackWay way, String account) {
        return Stream.of(
                new Variable.Gone(
                        "IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN", "IBMCLOUD_API_KEY", "BM_API_KEY", "BLUEMIX_API_KEY"),
                new Variable.Gone("IC_IAM_REFRESH_TOKEN", "IBMCLOUD_IAM_REFRESH_TOKEN"),
                new Variable.Gone("IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID"),
                new Variable.Gone("IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME"),
                new Variable.Text("IBMCLOUD_IAM_API_ENDPOINT", way.url()),
                new Variable.Content("IC_API_KEY", account + ":", way.secretFile()));
    }

    /** A key or a compute resource's token that is set decides how {@code ibmcloud login} logs in. */
    static Stream<Variable> ibmcloud(LoopbackWay way, String account) {
        way.requireSecretFitsUrl();
        return Stream.of(
                new Variable.Gone("IBMCLOUD_API_KEY", "BLUEMIX_API_KEY", "IBMCLOUD_CR_TOKEN"),
                new Variable.Content("IBMCLOUD_CR_VPC_URL", way.url() + "/k/", way.secretFile()),
                new Variable.Text("IBMCLOUD_CR_PROFILE", account));
    }
}
