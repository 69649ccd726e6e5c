package dev.iambroker.it.bench;

/** A line of the table: a figure and what came of it. */
record Row(Figure figure, Outcome outcome) {
    String measured() {
        return switch (outcome) {
            case Measured measured -> figure.target().text(measured);
            case NotMeasured unused -> "";
        };
    }

    String verdict() {
        return switch (outcome) {
            case Measured measured -> figure.target().isMetBy(measured) ? "pass" : "falls short";
            case NotMeasured none -> "not measured: " + none.reason();
        };
    }

    String remark() {
        return switch (outcome) {
            case Measured measured -> measured.remark();
            case NotMeasured unused -> "";
        };
    }

    /** For a terminal. */
    String line() {
        String remark = remark().isEmpty() ? "" : "  [" + remark() + "]";
        return "%-18s %-28s %-12s %s%s"
                .formatted(figure.name(), measured(), figure.target().text(), verdict(), remark);
    }

    /** For the document. */
    String markdown() {
        return "| `%s` | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        figure.name(),
                        figure.what(),
                        figure.peer(),
                        measured(),
                        figure.target().text(),
                        verdict(),
                        remark());
    }
}
