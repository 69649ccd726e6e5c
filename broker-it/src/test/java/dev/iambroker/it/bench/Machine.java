package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What was measured on, and with which versions; lines for the document. */
final class Machine {
    private Machine() {}

    static List<String> lines(Site site) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        lines.add("processor: " + processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
        lines.add("kernel: " + first("uname -sr") + ", " + first(". /etc/os-release && echo \"$PRETTY_NAME\""));
        lines.add("broker: " + first(site.launcher() + " --version") + ", its runtime "
                + first(site.runtime() + " -version 2>&1 | sed -n 2p"));
        lines.add("JDK of `java -jar`: " + Runtime.version());
        lines.add("nginx: " + first("PATH=$PATH:/usr/sbin nginx -v 2>&1"));
        lines.add("wrk: " + first("wrk -v 2>&1 | head -1"));
        lines.add("kubectl: " + kubectl());
        lines.add("gke-gcloud-auth-plugin: " + first("gke-gcloud-auth-plugin --version 2>&1"));
        return lines;
    }

    private static String kubectl() throws IOException, InterruptedException {
        try {
            return first(KubectlShare.newest() + " version --client 2>&1");
        } catch (NotMeasurable e) {
            return "not installed";
        }
    }

    private static String processor() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unnamed");
    }

    private static String first(String script) throws IOException, InterruptedException {
        var ran = Program.shell(script).run();
        return ran.exitCode() == 0
                ? ran.out().lines().findFirst().orElse("unknown").strip()
                : "not installed";
    }
}
