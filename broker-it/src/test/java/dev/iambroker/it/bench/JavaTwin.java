package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The plugin's Java twin and an empty main, both on the tarball's runtime, with the flags of its script and a cache of their own. */
final class JavaTwin implements Experiment {
    private static final Figure FIGURE = new Figure(
            "java-twin",
            "Java twin of the plugin, whole process",
            "an empty main, JDK 25 with AOT cache and serial GC",
            Target.atMost(1.5, Target.Unit.TIMES));
    private static final int ROUNDS = 100;
    private static final int PARTS = 5;
    private static final List<String> FLAGS = List.of(
            "-Xlog:disable",
            "-Xlog:all=warning:stderr",
            "-XX:+UseSerialGC",
            "-Xmx16m",
            "-XX:-UsePerfData",
            "-Xint",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            "-Djdk.reflect.useNativeAccessorOnly=true");

    @Override
    public List<Figure> figures() {
        return List.of(FIGURE);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1)) {
            List<String> plugin = PluginStart.command(site, broker);
            daemon.await("a token for clusters", () -> PluginStart.isServed(plugin));
            List<String> twin = trained(
                    site,
                    "twin",
                    List.of(
                            "-cp",
                            twinJar(site).toString(),
                            "dev.iambroker.credential.Main",
                            "--socket",
                            broker.socket().toString(),
                            "--account",
                            "a0"));
            List<String> empty =
                    trained(site, "empty", List.of("-cp", emptyJar(site).toString(), EmptyMain.class.getName()));
            String lines = site.inTurns(site.rounds(ROUNDS), List.of(), List.of(twin, empty));
            Pairs pairs = Pairs.walls(lines, 0, 1);
            return Map.of(
                    FIGURE.name(), Measured.of(Pairs.medians(pairs.ratios(), PARTS), pairs.remark("ms", "empty main")));
        }
    }

    /** Runs it once to make its cache; the command that uses the cache. */
    private static List<String> trained(Site site, String name, List<String> main)
            throws IOException, InterruptedException {
        Path cache = site.folder().resolve(name + ".aot");
        Site.must(Program.of(command(site, "-XX:AOTCacheOutput=" + cache, main).toArray()));
        if (!Files.exists(cache)) {
            throw new IllegalStateException("the JVM wrote no cache for " + name);
        }
        return command(site, "-XX:AOTCache=" + cache, main);
    }

    private static List<String> command(Site site, String cache, List<String> main) {
        List<String> words = new ArrayList<>();
        words.add(site.runtime().toString());
        words.addAll(FLAGS);
        words.add(cache);
        words.addAll(main);
        return words;
    }

    private static Path twinJar(Site site) throws IOException {
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(site.distribution().resolve("lib"), "broker-client-*.jar")) {
            return jars.iterator().next();
        }
    }

    /** A cache is good for classes of a jar alone. */
    private static Path emptyJar(Site site) throws IOException, InterruptedException {
        Path jar = site.folder().resolve("empty.jar");
        Site.must(Program.of(
                Path.of(System.getProperty("java.home"), "bin/jar"),
                "--create",
                "--file",
                jar,
                "-C",
                Checkout.root().resolve("broker-it/target/test-classes"),
                EmptyMain.class.getName().replace('.', '/') + ".class"));
        return jar;
    }
}
