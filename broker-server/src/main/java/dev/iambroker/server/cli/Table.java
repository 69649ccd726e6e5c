package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns aligned for people; a note stands indented below its row. Confined to one thread. */
final class Table {
    private static final String GAP = "  ";
    private static final int WIDTH = 80;

    private final List<List<Cell>> rows = new ArrayList<>();
    private final List<List<String>> notes = new ArrayList<>();

    Table(String... headings) {
        row(Arrays.stream(headings)
                .map(heading -> new Cell(heading, Colour.HEAD))
                .toArray(Cell[]::new));
    }

    Table row(Cell... cells) {
        rows.add(List.of(cells));
        notes.add(new ArrayList<>());
        return this;
    }

    Table note(String text) {
        notes.getLast().add(text);
        return this;
    }

    String render(Palette palette) {
        var widths = widths();
        var text = new StringBuilder();
        for (var row = 0; row < rows.size(); row++) {
            appendRow(text, rows.get(row), widths, palette);
            for (var note : notes.get(row)) {
                appendWrapped(text, note);
            }
        }
        return text.toString();
    }

    private int[] widths() {
        var widths = new int[rows.getFirst().size()];
        for (var row : rows) {
            for (var column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).width());
            }
        }
        return widths;
    }

    private static void appendRow(StringBuilder text, List<Cell> row, int[] widths, Palette palette) {
        for (var column = 0; column < widths.length; column++) {
            var cell = row.get(column);
            text.append(column == 0 ? "" : GAP).append(palette.paint(cell.colour, cell.text));
            if (column < widths.length - 1) {
                text.repeat(' ', widths[column] - cell.width());
            }
        }
        text.append('\n');
    }

    /** Breaks at blanks; a word that is longer than the line stays whole, so that it can be copied. */
    private static void appendWrapped(StringBuilder text, String note) {
        var line = new StringBuilder(GAP);
        for (var word : note.split(" ")) {
            if (line.length() > GAP.length() && line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line.setLength(0);
                line.append(GAP).append(GAP);
            }
            line.append(line.toString().isBlank() ? "" : " ").append(word);
        }
        text.append(line).append('\n');
    }

    /** One value; anything but its colour is already fit to show. */
    record Cell(String text, Colour colour) {
        static Cell of(String text) {
            return new Cell(text, Colour.PLAIN);
        }

        int width() {
            return text.codePointCount(0, text.length());
        }
    }
}
