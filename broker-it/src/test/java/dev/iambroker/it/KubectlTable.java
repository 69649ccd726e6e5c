package dev.iambroker.it;

import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What each kubectl made of each command, for people to read. */
final class KubectlTable {
    private static final String ROW = "%-18s %-9s %-9s %-15s %-10s %s%n";

    private final StringBuilder text =
            new StringBuilder(ROW.formatted("kubectl", "exec API", "version", "get --raw", "get pods", "auth whoami"));
    private final List<String> failures = new ArrayList<>();

    /** Runs the commands and adds their row. */
    void row(Kubectl kubectl, String execApi, Workplace place, Path kubeconfig)
            throws IOException, InterruptedException {
        Ran version = kubectl.run(place, kubeconfig, "version");
        Ran raw = kubectl.run(place, kubeconfig, "get", "--raw", "/version");
        Ran pods = kubectl.run(place, kubeconfig, "get", "pods");
        Ran whoami =
                kubectl.run(place, kubeconfig, "auth", "whoami", "--output", "jsonpath={.status.userInfo.username}");
        String row = kubectl.version() + " " + execApi;
        text.append(ROW.formatted(
                kubectl.version(),
                execApi,
                verdict(row + " version", version, version.out().contains("Server Version")),
                verdict(row + " get --raw /version", raw, raw.out().contains("gitVersion")),
                verdict(row + " get pods", pods, true),
                verdict(row + " auth whoami", whoami, whoami.out().startsWith("IAM#"))
                                .equals("ok")
                        ? whoami.out()
                        : "FAILED"));
    }

    private String verdict(String what, Ran ran, boolean told) {
        if (ran.exitCode() == 0 && told) {
            return "ok";
        }
        failures.add(what + ": " + ran.all());
        return "FAILED";
    }

    String text() {
        return text.toString();
    }

    List<String> failures() {
        return failures;
    }
}
