package dev.iambroker.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KubectlCheckTest {
    private static final String SERVER = "https://c1.example:30422";
    private static final String WRITE = "iam-broker kubeconfig prod c1";

    @TempDir
    Path directory;

    private Path program(String name) throws IOException {
        var program = directory.resolve(name);
        Files.writeString(program, "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    private Finding look(String cluster, String user) throws IOException {
        var file = directory.resolve("config");
        Files.writeString(file, """
                clusters: [{name: k, cluster: {server: %s}}]
                users: [{name: u, user: %s}]
                contexts: [{name: mine, context: {cluster: k, user: u}}]
                """.formatted(cluster, user));
        return new KubectlCheck(List.of(directory.resolve("missing"), file)).look(SERVER, WRITE);
    }

    @Test
    void contextWithThePlugin_isFound() throws IOException {
        var finding = look("'" + SERVER + "'", "{exec: {command: " + program("iam-broker-credential") + "}}");

        assertThat(finding.isBroken()).isFalse();
        assertThat(finding.detail()).contains("--context 'mine'");
    }

    @Test
    void brokersOwnCommand_isThePluginToo() throws IOException {
        var command = program("iam-broker");

        assertThat(look(SERVER, "{exec: {command: " + command + ", args: [kube-credential, --account, a]}}")
                        .isBroken())
                .isFalse();
        assertThat(look(SERVER, "{exec: {command: iam-broker-credential}}").isBroken())
                .isFalse();
        assertThat(look(SERVER, "{exec: {command: " + command + ", args: [status]}}")
                        .isBroken())
                .isTrue();
    }

    @Test
    void pluginOfSomebodyElse_isNamed() throws IOException {
        var other = program("gke-gcloud-auth-plugin");
        var finding = look(SERVER, "{exec: {command: " + other + "}}");

        assertThat(finding.isBroken()).isTrue();
        assertThat(finding.detail()).isEqualTo("context 'mine' asks the plugin " + other + " and not the broker's");
        assertThat(finding.advice()).isEqualTo("run 'iam-broker kubeconfig prod c1 --merge --overwrite'");
    }

    @Test
    void noContextOfTheServer_saysHowToWriteOne() throws IOException {
        var finding = look("https://other.example", "{exec: {command: /bin/sh}}");

        assertThat(finding.outcome()).isEqualTo(Finding.Outcome.SKIPPED);
        assertThat(finding.advice()).isEqualTo("run 'iam-broker kubeconfig prod c1 --merge'");
    }

    @Test
    void credentialsOfItsOwn_missingPlugin_noVerification_areBroken() throws IOException {
        assertThat(look(SERVER, "{token: canary}").detail())
                .contains("credentials of its own")
                .doesNotContain("canary");
        assertThat(look(SERVER, "{exec: {command: /no/such/program}}").detail()).contains("/no/such/program");
        assertThat(look(SERVER + ", insecure-skip-tls-verify: true", "{exec: {command: /bin/sh}}")
                        .detail())
                .contains("insecure-skip-tls-verify");
    }

    @Test
    void fileThatIsNoYaml_isNamed() throws IOException {
        var finding = look("{", "{token: canary}");

        assertThat(finding.isBroken()).isTrue();
        assertThat(finding.detail())
                .contains("config cannot be read: it is not YAML")
                .doesNotContain("canary");
    }

    @Test
    void membersOfAnyOtherShape_countAsMissing() {
        assertThat(Kubeconfig.parse("contexts: 7").contexts()).isEmpty();
        assertThat(Kubeconfig.parse("").contexts()).isEmpty();
        assertThat(Kubeconfig.parse("contexts: [3, {name: [x], context: y}]").contexts())
                .allMatch(context -> context.server().isEmpty() && context.command() == null);
    }
}
