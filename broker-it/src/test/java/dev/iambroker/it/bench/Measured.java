package dev.iambroker.it.bench;

import java.util.List;

/**
 * Several measurements of one figure.
 *
 * @param remark the plain numbers behind a ratio; empty if there are none
 */
record Measured(double median, double least, double most, boolean isSingle, String remark) implements Outcome {
    static Measured of(List<Double> samples, String remark) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        List<Double> sorted = samples.stream().sorted().toList();
        return new Measured(middle(sorted), sorted.getFirst(), sorted.getLast(), sorted.size() == 1, remark);
    }

    static Measured once(double sample, String remark) {
        return of(List.of(sample), remark);
    }

    static double median(List<Double> samples) {
        return middle(samples.stream().sorted().toList());
    }

    private static double middle(List<Double> sorted) {
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
