package dev.iambroker.it.bench;

import java.util.Locale;

/** What the load generator prints: see {@code src/bench/c/load.c}. Times are nanoseconds. */
record Load(long requests, long failures, double seconds, long median, long p99, long p999) {
    static Load parse(String line) {
        String[] words = line.strip().split(" ", -1);
        if (words.length != 6) {
            throw new IllegalArgumentException("no line of the load generator: '" + line + "'");
        }
        return new Load(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Double.parseDouble(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]));
    }

    double rate() {
        return requests / seconds;
    }

    /**
     * Itself.
     *
     * @param said by the load generator on stderr
     * @throws IllegalStateException if a request failed: such a figure is worth nothing
     */
    Load whole(String said) {
        if (failures > 0 || requests == 0) {
            throw new IllegalStateException(failures + " of " + requests + " requests failed: " + said.strip());
        }
        return this;
    }

    static String rate(double perSecond) {
        return String.format(Locale.ROOT, "%,.0f/s", perSecond);
    }
}
