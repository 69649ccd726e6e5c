package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kubectl is told that may come after {@code kubectl iam-broker}. */
final class KubectlCompletionTest {
    @TempDir
    Path directory;

    private FakeDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[{\"name\":\"prod\"},{\"name\":\"dev\"}]}");
        daemon.answer(
                "GET /v1/accounts/prod/clusters", 200, "{\"clusters\":[{\"name\":\"alpha\"},{\"name\":\"beta\"}]}");
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    private static List<String> complete(Cli cli, String line) {
        var words = new ArrayList<>(List.of("__complete", "kubectl", "--"));
        words.addAll(List.of(line.split(" ", -1)));
        var result = cli.run(words.toArray(String[]::new));
        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
        return result.out().lines().map(each -> each.split("\t", -1)[0]).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'sta'                              | status :4",
                "'lo'                               | login logout lock :4",
                "'--so'                             | --socket :4",
                "'token '                           | prod dev :4",
                "'token p'                          | prod :4",
                "'token --kind '                    | access kube uaa :4",
                "'token --kind=k'                   | --kind=kube :4",
                "'token --kind kube d'              | dev :4",
                "'token prod --he'                  | --header --help :4",
                "'token prod --cluster '            | alpha beta :4",
                "'kubeconfig prod '                 | alpha beta :4",
                "'kubeconfig prod alpha b'          | beta :4",
                "'kubeconfig prod --endpoint '      | public private :4",
                "'doctor prod alpha '               | :4",
                "'token prod '                      | :4",
                "'kubeconfig prod --merge '         | :0",
                "'kubeconfig prod --merge /f al'    | alpha :4",
                "'kubeconfig prod --merge --al'     | --all :4",
                "'doctor prod al'                   | alpha :4",
                "'doctor unknown '                  | :4",
                "'doctor ../x '                     | :4",
                "'kube-credential --account=prod --cluster ' | alpha beta :4",
                "'--config '                        | :0",
                "'status prod '                     | :4",
                "'nonsense '                        | :4"
            })
    void line_ofTheUser_isCompletedTo(String line, String expected) {
        assertThat(complete(Cli.on(daemon), line)).containsExactly(expected.split(" ", -1));
    }

    @Test
    void nothingTyped_everyCommandWithItsDescription() {
        var result = Cli.on(daemon).run("__complete", "kubectl", "--", "");
        assertThat(result.out())
                .contains("kubeconfig\t")
                .contains("doctor\tWalk the whole way")
                .doesNotContain("__complete")
                .endsWith(":4" + System.lineSeparator());
    }

    /** As in {@code kubectl iam-broker --socket PATH token <TAB>}. */
    @Test
    void socketOfTheLine_isTheOneThatIsAsked() {
        var elsewhere = Cli.on(directory.resolve("nothing"));
        assertThat(complete(elsewhere, "token ")).containsExactly(":4");
        assertThat(complete(elsewhere, "--socket " + daemon.socket() + " token "))
                .containsExactly("prod", "dev", ":4");
    }

    @Test
    void clusters_ofAnAccount_areListedForScriptsToo() {
        assertThat(Cli.on(daemon).run("__complete", "clusters", "prod").out().lines())
                .containsExactly("alpha", "beta");
        assertThat(Cli.on(daemon).run("__complete", "clusters").out()).isEmpty();
    }
}
