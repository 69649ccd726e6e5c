package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ManPageTest {
    @TempDir
    private Path temp;

    @Test
    void pages_ofEveryCommand_haveItsOptionsAndExample() throws IOException {
        assertThat(new Cli().run("__documents", temp.toString()).code()).isZero();

        for (CommandLine command : HelpTest.commandLine().getSubcommands().values()) {
            var spec = command.getCommandSpec();
            Path page = temp.resolve("man/man1/iam-broker-" + spec.name() + ".1");
            if (spec.usageMessage().hidden()) {
                assertThat(page).doesNotExist();
                continue;
            }
            assertThat(page)
                    .content()
                    .startsWith(".TH \"IAM\\-BROKER\\-"
                            + spec.name().toUpperCase(Locale.ROOT).replace("-", "\\-"))
                    .contains(".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"EXAMPLES\"", "\\fBiam\\-broker\\fR(1)");
            spec.options().stream()
                    .flatMap(option -> Arrays.stream(option.names()))
                    .forEach(name -> assertThat(page).content().contains("\\fB" + name.replace("-", "\\-") + "\\fR"));
        }
    }

    @Test
    void page_ofTheProgram_namesTheOthersAndTheExitCodes() throws IOException {
        new Cli().run("__documents", temp.toString());
        assertThat(temp.resolve("man/man1/iam-broker.1"))
                .content()
                .contains("\\fBiam\\-broker\\-token\\fR(1)", "Exit codes: 0 done")
                .doesNotContain("__");
    }

    /** A line of text that begins with a dot or an apostrophe would be taken for a request. */
    @Test
    void pages_everyLineThatIsARequest_isOneOfOurs() throws IOException {
        new Cli().run("__documents", temp.toString());
        try (Stream<Path> pages = Files.list(temp.resolve("man/man1"))) {
            for (Path page : pages.toList()) {
                List<String> requests = Files.readAllLines(page).stream()
                        .filter(line -> line.startsWith(".") || line.startsWith("'"))
                        .toList();
                assertThat(requests).as("%s", page).allMatch(line -> line.matches("\\.(TH|SH|TP|nf|fi)( .*)?"));
                assertThat(page).content().doesNotContain("${", "null");
            }
        }
    }
}
