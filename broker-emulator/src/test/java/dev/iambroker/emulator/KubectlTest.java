package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kubectl on this machine against the emulated API server, with a static token. */
final class KubectlTest {
    private static final String NONE = "no kubectl on PATH";

    @TempDir
    private static Path home;

    private static EmulatedCloud cloud;

    @BeforeAll
    static void open() {
        cloud = EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED));
    }

    @AfterAll
    static void close() {
        cloud.close();
    }

    /** The kubectl on PATH and those of other versions beside its real path. */
    static List<String> kubectls() throws IOException {
        List<String> found = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path kubectl = Path.of(folder, "kubectl");
            if (Files.isExecutable(kubectl)) {
                found.add(kubectl.toString());
                try (Stream<Path> beside = Files.list(kubectl.toRealPath().getParent())) {
                    beside.filter(path -> path.getFileName().toString().matches("kubectl\\.1\\.\\d+"))
                            .sorted()
                            .forEach(path -> found.add(path.toString()));
                }
                return found;
            }
        }
        return List.of(NONE);
    }

    private record Result(int exit, String output) {}

    private static Result run(String kubectl, String token, String... arguments) throws Exception {
        Path config = Files.writeString(home.resolve("config-" + token.hashCode()), kubeconfig(token));
        List<String> command =
                new ArrayList<>(List.of(kubectl, "--kubeconfig", config.toString(), "--request-timeout=20s"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("HOME", home.toString());
        environment.remove("KUBECONFIG");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), output);
    }

    private static String kubeconfig(String token) {
        String ca = Base64.getEncoder().encodeToString(cloud.prodVpc().caPem().getBytes(StandardCharsets.US_ASCII));
        return """
                {"apiVersion":"v1","kind":"Config","current-context":"c",
                 "clusters":[{"name":"c","cluster":{"server":"%s","certificate-authority-data":"%s"}}],
                 "contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
                 "users":[{"name":"u","user":{"token":"%s"}}]}
                """.formatted(cloud.prodVpc().url(), ca, token);
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void goodToken_everyCommandWorks(String kubectl) throws Exception {
        assumeTrue(!kubectl.equals(NONE), NONE);
        String token = cloud.emulator().issueIdToken(cloud.user(), cloud.prod());

        assertThat(run(kubectl, token, "version").output()).contains("Server Version:", "v1.31.4+IKS");
        assertThat(run(kubectl, token, "get", "--raw", "/version").output()).contains("\"gitVersion\":\"v1.31.4+IKS\"");
        Result whoami = run(kubectl, token, "auth", "whoami");
        assertThat(whoami.exit()).isZero();
        assertThat(whoami.output()).contains("IAM#" + EmulatedCloud.USER, "system:authenticated");
        assertThat(run(kubectl, token, "get", "pods").output()).contains("No resources found");
        assertThat(run(kubectl, token, "get", "ns").output()).contains("kube-system");
        assertThat(run(kubectl, token, "api-resources").output()).contains("selfsubjectreviews");
    }

    @ParameterizedTest
    @MethodSource("kubectls")
    void tokenOfAnotherAccount_isRefused(String kubectl) throws Exception {
        assumeTrue(!kubectl.equals(NONE), NONE);
        Result result =
                run(kubectl, cloud.emulator().issueIdToken(cloud.user(), cloud.dev()), "get", "--raw", "/version");

        assertThat(result.exit()).isNotZero();
        assertThat(result.output()).contains("You must be logged in to the server");
    }
}
