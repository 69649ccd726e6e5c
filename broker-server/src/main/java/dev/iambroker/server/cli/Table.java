package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Columns aligned for people; a note stands indented below its row. Where the sheet is too narrow, long names are cut, and
 * then columns give way whole. Confined to one thread.
 */
final class Table {
    private static final String NOTHING = "-";
    private static final String GAP = "  ";

    /** Prose is hard to read beyond this, however wide the sheet. */
    private static final int PROSE = 80;

    /** What a column is cut to before others give way: enough to tell one name from another. */
    private static final int ENOUGH = 24;

    /** What a cut column keeps when no other is left to give way. */
    private static final int LEAST = 8;

    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();
    private final List<List<Note>> notes = new ArrayList<>();
    private List<String> sparse = List.of();
    private List<String> givingWay = List.of();
    private List<String> cutting = List.of();
    private boolean isLastFolded;

    Table(String... headings) {
        this.headings = List.of(headings);
        row(Arrays.stream(headings)
                .map(heading -> new Cell(heading, Colour.HEAD))
                .toArray(Cell[]::new));
    }

    /** Leaves those columns out of a terminal's table that hold nothing in any row. */
    Table sparse(String... columns) {
        sparse = List.of(columns);
        return this;
    }

    /** The columns that a narrow sheet does without, the least important first. */
    Table givingWay(String... columns) {
        givingWay = List.of(columns);
        return this;
    }

    /** The columns whose values may be cut once no other gives way. */
    Table cutting(String... columns) {
        cutting = List.of(columns);
        return this;
    }

    /** Breaks the last column at blanks, below its own beginning. */
    Table foldingLast() {
        isLastFolded = true;
        return this;
    }

    Table row(Cell... cells) {
        rows.add(List.of(cells));
        notes.add(new ArrayList<>());
        return this;
    }

    /** Below the last row, in as many lines as it takes. */
    Table note(String text) {
        notes.getLast().add(new Note(text, true));
        return this;
    }

    /** Below the last row in one line, of which a narrow sheet shows the beginning. */
    Table remark(String text) {
        notes.getLast().add(new Note(text, false));
        return this;
    }

    String render(Sheet sheet) {
        var shown = shown(sheet);
        var widths = widths(shown, sheet);
        var text = new StringBuilder();
        for (var row = 0; row < rows.size(); row++) {
            appendRow(text, rows.get(row), shown, widths, sheet);
            for (var note : notes.get(row)) {
                append(text, note, sheet);
            }
        }
        return text.toString();
    }

    /** Which columns there is room for. */
    private List<Integer> shown(Sheet sheet) {
        var shown = new ArrayList<>(IntStream.range(0, headings.size()).boxed().toList());
        if (sheet.columns() == Integer.MAX_VALUE) {
            return shown;
        }
        shown.removeIf(column -> sparse.contains(headings.get(column)) && isEmpty(column));
        for (var heading : givingWay) {
            if (total(shown, this::sufficient) <= sheet.columns()) {
                break;
            }
            shown.remove((Object) headings.indexOf(heading));
        }
        return shown;
    }

    private boolean isEmpty(int column) {
        return rows.stream().skip(1).allMatch(row -> row.get(column).text.equals(NOTHING));
    }

    private int sufficient(int column) {
        var width = width(column);
        return cutting.contains(headings.get(column)) ? Math.min(width, ENOUGH) : width;
    }

    private static int total(List<Integer> shown, ToIntFunction<Integer> width) {
        return shown.stream().mapToInt(width).sum() + GAP.length() * (shown.size() - 1);
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).width()).max().orElse(0);
    }

    private int[] widths(List<Integer> shown, Sheet sheet) {
        if (isLastFolded) {
            return shown.stream().mapToInt(this::width).toArray();
        }
        var widths = shown.stream().mapToInt(this::width).toArray();
        var excess = sheet.columns() == Integer.MAX_VALUE ? 0 : total(shown, this::width) - sheet.columns();
        for (var place = 0; place < widths.length && excess > 0; place++) {
            if (cutting.contains(headings.get(shown.get(place)))) {
                var less = Math.clamp(widths[place] - LEAST, 0, excess);
                widths[place] -= less;
                excess -= less;
            }
        }
        return widths;
    }

    private void appendRow(StringBuilder text, List<Cell> row, List<Integer> shown, int[] widths, Sheet sheet) {
        var begin = 0;
        for (var place = 0; place < widths.length; place++) {
            var cell = row.get(shown.get(place)).cut(widths[place]);
            text.append(place == 0 ? "" : GAP);
            if (place < widths.length - 1) {
                text.append(sheet.palette().paint(cell.colour, cell.text)).repeat(' ', widths[place] - cell.width());
                begin += widths[place] + GAP.length();
            } else {
                var folded = isLastFolded ? folded(cell.text, begin, sheet.columns()) : cell.text;
                text.append(sheet.palette().paint(cell.colour, folded));
            }
        }
        text.append('\n');
    }

    /** {@code text} broken at blanks, its further lines below {@code begin}. */
    static String folded(String text, int begin, int columns) {
        var lines = new StringBuilder();
        var left = columns - begin;
        for (var word : text.split(" ")) {
            var isFirst = lines.isEmpty();
            if (!isFirst && Width.of(word) + 1 > left) {
                lines.append('\n').repeat(' ', begin);
                left = columns - begin;
            } else if (!isFirst) {
                lines.append(' ');
                left--;
            }
            lines.append(word);
            left -= Width.of(word);
        }
        return lines.toString();
    }

    private static void append(StringBuilder text, Note note, Sheet sheet) {
        if (note.isWhole) {
            appendWrapped(text, note.text, Math.min(sheet.columns(), PROSE));
            return;
        }
        text.append(GAP)
                .append(Width.cut(note.text, sheet.columns() - GAP.length()))
                .append('\n');
    }

    /** Breaks at blanks; a word that is longer than the line stays whole, so that it can be copied. */
    private static void appendWrapped(StringBuilder text, String note, int width) {
        var line = new StringBuilder(GAP);
        for (var word : note.split(" ")) {
            if (line.length() > GAP.length() && Width.of(line + " " + word) > width) {
                text.append(line).append('\n');
                line.setLength(0);
                line.append(GAP).append(GAP);
            }
            line.append(line.toString().isBlank() ? "" : " ").append(word);
        }
        text.append(line).append('\n');
    }

    private record Note(String text, boolean isWhole) {}

    /** One value; anything but its colour is already fit to show. */
    record Cell(String text, Colour colour) {
        static Cell of(String text) {
            return new Cell(text, Colour.PLAIN);
        }

        int width() {
            return Width.of(text);
        }

        private Cell cut(int columns) {
            return new Cell(Width.cut(text, columns), colour);
        }
    }
}
