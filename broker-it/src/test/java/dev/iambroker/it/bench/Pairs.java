package dev.iambroker.it.bench;

import java.util.List;
import java.util.stream.IntStream;

/** Values of two commands that ran in turns, one of each for every round. */
record Pairs(List<Double> ours, List<Double> theirs) {
    /** From the lines of {@code src/bench/c/rr.c}, in milliseconds of wall time: columns count commands from 0. */
    static Pairs walls(String lines, int ours, int theirs) {
        return new Pairs(walls(lines, ours), walls(lines, theirs));
    }

    private static List<Double> walls(String lines, int command) {
        return lines.lines()
                .map(line -> Double.parseDouble(line.split(" ", -1)[2 * command]) / 1e6)
                .toList();
    }

    List<Double> ratios() {
        return IntStream.range(0, ours.size())
                .mapToObj(i -> ours.get(i) / theirs.get(i))
                .toList();
    }

    /** Medians of that many equal parts of the run, in order: a single process takes twice as long now and then. */
    static List<Double> medians(List<Double> samples, int parts) {
        int length = Math.max(1, samples.size() / parts);
        return IntStream.range(0, Math.min(parts, samples.size()))
                .mapToObj(part -> Measured.median(samples.subList(part * length, (part + 1) * length)))
                .toList();
    }

    /** As {@code 0.24 ms, gke 3.88 ms}. */
    String remark(String unit, String peer) {
        return Target.digits(Measured.median(ours)) + " " + unit + ", " + peer + " "
                + Target.digits(Measured.median(theirs)) + " " + unit;
    }
}
