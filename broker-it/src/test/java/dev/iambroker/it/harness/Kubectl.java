package dev.iambroker.it.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One kubectl of this machine. A test that asks for some is skipped where there is none; in CI there has to be one. */
public record Kubectl(Path program, String version) {
    private static final Pattern VERSION = Pattern.compile("\"gitVersion\": \"v?([^\"]+)\"");

    /** The one on PATH, and those of other versions that lie beside it. */
    public static List<Kubectl> all() throws IOException, InterruptedException {
        Ran found = Program.shell("readlink -f \"$(command -v kubectl)\"").run();
        boolean isThere = found.exitCode() == 0 && !found.out().isBlank();
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(isThere, "no kubectl on PATH");
        }
        if (!isThere) {
            throw new AssertionError("no kubectl on PATH, and CI has to have one");
        }
        Path onPath = Path.of(found.out().strip());
        List<Kubectl> all = new ArrayList<>();
        all.add(of(onPath));
        for (Path beside : beside(onPath)) {
            all.add(of(beside));
        }
        return all;
    }

    /** One of each minor version, the oldest first. The one on PATH may be a dispatcher to the others, with a version in between. */
    public static List<Kubectl> oneOfEach() throws IOException, InterruptedException {
        Map<Integer, Kubectl> byMinor = new TreeMap<>();
        all().forEach(kubectl -> byMinor.put(kubectl.minor(), kubectl));
        return List.copyOf(byMinor.values());
    }

    /** Of those the ends; one where there is but one. */
    public static List<Kubectl> oldestAndNewest() throws IOException, InterruptedException {
        List<Kubectl> byAge = oneOfEach();
        return byAge.size() < 2 ? byAge : List.of(byAge.getFirst(), byAge.getLast());
    }

    public String minorVersion() {
        return "1." + minor();
    }

    private int minor() {
        return Integer.parseInt(version.split("\\.", -1)[1]);
    }

    private static List<Path> beside(Path onPath) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> others = Files.newDirectoryStream(onPath.resolveSibling("."), "kubectl.1.*")) {
            others.forEach(other -> paths.add(other.normalize()));
        }
        paths.sort(null);
        paths.remove(onPath);
        return paths;
    }

    private static Kubectl of(Path program) throws IOException, InterruptedException {
        Ran ran = Program.of(program, "version", "--client", "--output", "json").run();
        Matcher version = VERSION.matcher(ran.out());
        if (!version.find()) {
            throw new AssertionError(program + " does not say its version: " + ran.all());
        }
        return new Kubectl(program, version.group(1));
    }

    public Ran run(Workplace place, Path kubeconfig, String... arguments) throws IOException, InterruptedException {
        return program(place, kubeconfig, arguments).run();
    }

    public Program program(Workplace place, Path kubeconfig, String... arguments) {
        return Program.of(program)
                .with((Object[]) arguments)
                .env("KUBECONFIG", kubeconfig)
                .env("HOME", place.directory());
    }
}
