package dev.iambroker.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code docs/performance.md}: a run as it was, and below {@link #MARKER} what people write of it, which is kept. */
final class Document {
    static final String MARKER = "<!-- dev/bench writes what is above this line, and keeps what is below -->";

    private static final String NOTHING_WRITTEN = """

            ## Targets that are missed, and why

            """;
    private static final Pattern NAME = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\|");

    private Document() {}

    static void write(Path file, List<String> machine, String date, List<Row> rows) throws IOException {
        String before = Files.exists(file) ? Files.readString(file) : "";
        Files.writeString(file, text(before, machine, date, rows));
    }

    static String text(String before, List<String> machine, String date, List<Row> rows) {
        return """
                # Performance

                Measured by `dev/bench` on %s, with the unpacked tarball: policy, audit log and metrics are on in every figure, and clients over
                the Unix socket are let in by a rule. A peer is measured in the same run, in turns. "Measured" is the median and, in
                parentheses, the least and the greatest of several rounds (of processes: of the medians of parts of the run).

                %s

                    dev/bench                 # all of it, and this page
                    dev/bench --only NAME     # one row, or several with commas
                    dev/bench --load          # the load generator alone

                | name | what | peer | measured | target | | plain numbers |
                | --- | --- | --- | --- | --- | --- | --- |
                %s

                """.formatted(
                                date,
                                machine.stream().map(line -> "- " + line).collect(Collectors.joining("\n")),
                                rows.stream().map(Row::markdown).collect(Collectors.joining("\n")))
                + MARKER
                + written(before);
    }

    private static String written(String before) {
        int marker = before.indexOf(MARKER);
        return marker < 0 ? NOTHING_WRITTEN : before.substring(marker + MARKER.length());
    }

    /** The names of the rows of a document. */
    static List<String> names(String text) {
        return NAME.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
