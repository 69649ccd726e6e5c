package dev.iambroker.it.harness;

import java.io.IOException;

/** The metrics of one moment. */
public record Scrape(String text) {
    public static Scrape of(UnixHttp http) throws IOException {
        return new Scrape(http.get("/metrics").body());
    }

    /** The sum of the series whose name and labels begin so. */
    public double sum(String prefix) {
        return text.lines()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
