package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher against a runtime that only shows how it was started. */
final class LauncherTest {
    @TempDir
    Path directory;

    private Path home;

    @BeforeEach
    void unpack() throws IOException {
        home = Files.createDirectories(directory.resolve("a home"));
        Files.createDirectories(home.resolve("bin"));
        Files.copy(Path.of("../bin/iam-broker"), home.resolve("bin/iam-broker"));
    }

    @Test
    void launcher_notBuilt_saysWhatToRun() throws Exception {
        assertThat(start(home.resolve("bin/iam-broker"), "status"))
                .isEqualTo("iam-broker: not built yet: run 'mvn -q -DskipTests package' in " + home + " first");
    }

    @Test
    void launcher_checkout_runsTheBuiltDistribution() throws Exception {
        installRuntime(home.resolve("broker-server/target/dist"));

        assertThat(start(home.resolve("bin/iam-broker"), "status"))
                .contains("[-Diam-broker.home=" + home + "/broker-server/target/dist]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "--config /x serve", "demo"})
    void launcher_daemon_optimisingCompiler(String line) throws Exception {
        installRuntime(home);

        assertThat(start(home.resolve("bin/iam-broker"), line.split(" ")))
                .contains("[-XX:+ExitOnOutOfMemoryError][-XX:+DisableAttachMechanism]")
                .contains("[-XX:Tier0InvokeNotifyFreqLog=5]", "[-XX:ArchiveRelocationMode=0]")
                .doesNotContain("TieredStopAtLevel")
                .endsWith("[dev.iambroker.server.Main][" + line.replace(" ", "][") + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "--socket serve status", "token serve", "--help"})
    void launcher_client_quickCompiler(String line) throws Exception {
        installRuntime(home);

        assertThat(start(home.resolve("bin/iam-broker"), line.split(" "))).contains("[-XX:TieredStopAtLevel=1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec prod -- serve", "--socket /x exec prod -- true"})
    void launcher_exec_smallHeapAndNoListOfThreadsAtTheTerminal(String line) throws Exception {
        installRuntime(home);

        assertThat(start(home.resolve("bin/iam-broker"), line.split(" ")))
                .contains("[-XX:TieredStopAtLevel=1][-Xms4m][-Xmx32m]", "[-XX:-DisplayVMOutput]")
                .endsWith("[dev.iambroker.server.Main][" + line.replace(" ", "][") + "]");
    }

    @ParameterizedTest
    @CsvSource({
        "exec prod -- true,      '',    '',           C.UTF-8|''",
        "token prod --watch,     '',    C,            C.UTF-8|''",
        "exec prod -- true,      POSIX, de_DE.UTF-8,  C.UTF-8|'POSIX'",
        "exec prod -- true,      '',    de_DE,        |",
        "exec prod -- true,      de_DE, C,            de_DE|",
        "serve,                  C,     C,            C|"
    })
    void launcher_commandWithoutALocale_readsWordsAsUtf8AndKeepsWhatWasSet(
            String line, String all, String lang, String seen) throws Exception {
        installRuntime(home);
        Files.writeString(
                home.resolve("lib/runtime/bin/java"),
                "#!/bin/sh\nprintf '%s|%s' \"$LC_ALL\" \"${IAM_BROKER_KEPT_LC_ALL+'$IAM_BROKER_KEPT_LC_ALL'}\"\n");

        var words = new ArrayList<>(List.of("-u", "LC_CTYPE", "LC_ALL=" + all, "LANG=" + lang));
        words.add(home.resolve("bin/iam-broker").toString());
        words.addAll(List.of(line.split(" ")));

        assertThat(start(Path.of("/usr/bin/env"), words.toArray(String[]::new))).isEqualTo(seen);
    }

    @Test
    void launcher_throughLinks_findsItsHome() throws Exception {
        installRuntime(home);
        var inner = Files.createSymbolicLink(directory.resolve("inner"), Path.of("a home/bin/iam-broker"));
        var outer = Files.createSymbolicLink(directory.resolve("outer"), inner);

        assertThat(start(outer, "status")).contains("[-Diam-broker.home=" + home + "]");
    }

    @Test
    void launcher_cacheOfThisHash_used() throws Exception {
        installRuntime(home);
        Files.writeString(home.resolve("lib/hash"), "abc\n");

        assertThat(start(home.resolve("bin/iam-broker"), "status")).doesNotContain("AOTCache");
        Files.createFile(home.resolve("lib/iam-broker-commands-abd.aot"));
        Files.createFile(home.resolve("lib/iam-broker-abc.aot"));
        assertThat(start(home.resolve("bin/iam-broker"), "status")).doesNotContain("AOTCache");
        Files.createFile(home.resolve("lib/iam-broker-commands-abc.aot"));
        assertThat(start(home.resolve("bin/iam-broker"), "status"))
                .contains("[-XX:AOTCache=" + home + "/lib/iam-broker-commands-abc.aot]");
        assertThat(start(home.resolve("bin/iam-broker"), "serve"))
                .contains("[-XX:AOTCache=" + home + "/lib/iam-broker-abc.aot]");
    }

    @Test
    void launcher_kubeCredential_handsOverToTheSmallClient() throws Exception {
        installRuntime(home);
        script(home.resolve("bin/iam-broker-credential"));

        assertThat(start(home.resolve("bin/iam-broker"), "kube-credential", "--account", "a b"))
                .isEqualTo("[--account][a b]");
    }

    @Test
    void launcher_optionsOfTheOperator_appended() throws Exception {
        installRuntime(home);

        assertThat(start(home.resolve("bin/iam-broker"), "status")).contains("[-Xmx1m][-Dx=y]");
    }

    private static void installRuntime(Path at) throws IOException {
        Files.createDirectories(at.resolve("lib/runtime/bin"));
        script(at.resolve("lib/runtime/bin/java"));
    }

    private static void script(Path path) throws IOException {
        Files.writeString(path, "#!/bin/sh\nfor word in \"$@\"; do printf '[%s]' \"$word\"; done\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }

    private static String start(Path program, String... arguments) throws IOException, InterruptedException {
        var command = new String[arguments.length + 1];
        command[0] = program.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("IAM_BROKER_JAVA_OPTS", "-Xmx1m -Dx=y");
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }
}
