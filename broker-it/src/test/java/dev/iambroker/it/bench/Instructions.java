package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many instructions the exec plugin takes, which no other program on the machine changes. */
final class Instructions implements Experiment {
    /** Twice what it took when it was last looked at. */
    private static final int MOST_THOUSANDS = 100;

    private static final Figure FIGURE = new Figure(
            "plugin-instructions",
            "exec plugin, instructions from its start to its end, by callgrind",
            "",
            Target.atMost(MOST_THOUSANDS, Target.Unit.THOUSANDS));
    private static final int ROUNDS = 3;
    private static final Pattern COLLECTED = Pattern.compile("Collected : (\\d+)");

    @Override
    public List<Figure> figures() {
        return List.of(FIGURE);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        Site.program("valgrind");
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1)) {
            List<String> plugin = PluginStart.command(site, broker);
            daemon.await("a token for clusters", () -> PluginStart.isServed(plugin));
            List<Double> thousands = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                thousands.add(instructions(plugin) / 1e3);
            }
            return Map.of(FIGURE.name(), Measured.of(thousands, ""));
        }
    }

    private static double instructions(List<String> plugin) throws IOException, InterruptedException {
        List<Object> words = new ArrayList<>(List.of("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"));
        words.addAll(plugin);
        Ran ran = Site.must(Program.of(words.toArray()));
        Matcher collected = COLLECTED.matcher(ran.err());
        if (!collected.find()) {
            throw new IllegalStateException("callgrind: " + ran.err());
        }
        return Double.parseDouble(collected.group(1));
    }
}
