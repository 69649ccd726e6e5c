package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Behind {@code dev/bench}: its options, after the folder with the C tools. */
final class BenchMain {
    private BenchMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> options = Arrays.asList(arguments).subList(1, arguments.length);
        if (options.contains("--list")) {
            figures()
                    .forEach(figure -> System.out.printf(
                            "%-18s %-12s %s%n", figure.name(), figure.target().text(), figure.what()));
            return;
        }
        int only = options.indexOf("--only");
        Set<String> wanted = only < 0 ? Set.of() : Set.of(options.get(only + 1).split(",", -1));
        Set<String> unknown = new HashSet<>(wanted);
        figures().forEach(figure -> unknown.remove(figure.name()));
        if (!unknown.isEmpty()) {
            System.err.println("dev/bench: no figure " + unknown + ": see dev/bench --list");
            System.exit(2);
        }
        System.exit(run(Path.of(arguments[0]), options.contains("--quick"), wanted) ? 0 : 1);
    }

    static List<Figure> figures() {
        return Experiments.all().stream()
                .flatMap(experiment -> experiment.figures().stream())
                .toList();
    }

    /** Whether everything that this machine can measure was measured. */
    private static boolean run(Path tools, boolean isQuick, Set<String> wanted)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        List<Row> rows = new ArrayList<>();
        boolean isWhole = true;
        Site site = Site.unpack(tools, isQuick);
        for (Experiment experiment : Experiments.all()) {
            if (isWanted(experiment, wanted)) {
                isWhole &= add(experiment, site, rows);
            }
        }
        if (wanted.isEmpty() && !isQuick && isWhole) {
            Document.write(
                    Checkout.root().resolve("docs/performance.md"),
                    Machine.lines(site),
                    LocalDate.now(ZoneOffset.UTC).toString(),
                    rows);
        }
        System.out.printf("%d s%n", (System.nanoTime() - start) / 1_000_000_000);
        return isWhole;
    }

    private static boolean isWanted(Experiment experiment, Set<String> wanted) {
        return wanted.isEmpty() || experiment.figures().stream().anyMatch(figure -> wanted.contains(figure.name()));
    }

    /** False if it failed, which the other experiments need not suffer from. */
    private static boolean add(Experiment experiment, Site site, List<Row> rows) throws InterruptedException {
        boolean isWhole = true;
        List<Row> added;
        try {
            Map<String, Measured> measured = experiment.run(site);
            added = rows(experiment, measured);
        } catch (NotMeasurable e) {
            added = without(experiment, String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException | AssertionError e) {
            e.printStackTrace();
            added = without(experiment, "failed, see above");
            isWhole = false;
        }
        added.forEach(row -> System.out.println(row.line()));
        rows.addAll(added);
        return isWhole;
    }

    static List<Row> rows(Experiment experiment, Map<String, Measured> measured) {
        List<Row> rows = new ArrayList<>();
        for (Figure figure : experiment.figures()) {
            Measured outcome = measured.get(figure.name());
            if (outcome == null) {
                throw new IllegalStateException("nothing was measured for " + figure.name());
            }
            rows.add(new Row(figure, outcome));
        }
        return rows;
    }

    private static List<Row> without(Experiment experiment, String reason) {
        return experiment.figures().stream()
                .map(figure -> new Row(figure, new NotMeasured(reason)))
                .toList();
    }
}
