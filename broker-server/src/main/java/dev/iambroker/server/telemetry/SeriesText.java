package dev.iambroker.server.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Series in a text format, written one by one: with many accounts the objects that a registry makes of all its series
 * before it writes the first would take more memory than all else. In pieces, so that no array has to grow. Not thread-safe.
 */
final class SeriesText {
    private static final int PIECE = 32 * 1024;
    private static final String COUNTED = "_total";

    private final ExpositionFormat format;
    private final StringBuilder text = new StringBuilder(PIECE + 256);
    private final List<byte[]> pieces = new ArrayList<>();

    SeriesText(ExpositionFormat format) {
        this.format = format;
    }

    /** The head of a family; its samples follow. OpenMetrics calls a counter by its name without the suffix. */
    void family(String name, String type, String help) {
        String called = format == ExpositionFormat.OPEN_METRICS && name.endsWith(COUNTED)
                ? name.substring(0, name.length() - COUNTED.length())
                : name;
        String helpLine = "# HELP " + called + " " + help + "\n";
        String typeLine = "# TYPE " + called + " " + type + "\n";
        text.append(format == ExpositionFormat.OPEN_METRICS ? typeLine + helpLine : helpLine + typeLine);
    }

    /** @param labels names and values in turn */
    void sample(String name, double value, String... labels) {
        text.append(name);
        char before = '{';
        for (int i = 0; i < labels.length; i += 2) {
            text.append(before).append(labels[i]).append("=\"");
            appendEscaped(labels[i + 1]);
            text.append('"');
            before = ',';
        }
        text.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
        if (text.length() >= PIECE) {
            cut();
        }
    }

    private void appendEscaped(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }

    private void cut() {
        pieces.add(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }

    /** All that was written, and {@code rest} behind it. */
    List<byte[]> with(String rest) {
        text.append(rest);
        cut();
        return List.copyOf(pieces);
    }
}
