package dev.iambroker.server.cli;

import dev.iambroker.server.cli.Palette.Colour;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * {@code status --watch} on a terminal: on its second screen, so that what was there before is there again afterwards. A
 * frame is written over the one before, without a moment in which nothing is shown.
 *
 * <p>Ctrl-C ends the JVM; its hook and the thread that draws agree by this object's lock, so that nothing is drawn on a
 * screen that was given back.
 */
final class StatusWatch {
    private static final Duration BETWEEN_FRAMES = Duration.ofSeconds(1);
    private static final String BEGIN = "\u001b[?1049h\u001b[?25l";
    private static final String END = "\u001b[?25h\u001b[?1049l";
    private static final String TOP_LEFT = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    private final Surroundings around;
    private final Supplier<JsonNode> question;
    private final Function<JsonNode, String> text;
    private JsonNode latest;
    private Instant latestAt;
    private boolean isShown;

    /** @throws CommandFailure if the daemon does not answer at first: then there is nothing to watch */
    StatusWatch(Surroundings around, Supplier<JsonNode> question, Function<JsonNode, String> text) {
        this.around = around;
        this.question = question;
        this.text = text;
        this.latest = question.get();
        this.latestAt = around.clock().instant();
    }

    /** Until interrupted. */
    void show() {
        var ending = Thread.ofPlatform().name("screen-restorer").unstarted(this::end);
        Runtime.getRuntime().addShutdownHook(ending);
        begin();
        var frame = frame("");
        do {
            draw(frame);
            frame = next();
        } while (!around.out().checkError() && around.pause().pass(BETWEEN_FRAMES));
        end();
        forget(ending);
    }

    private static void forget(Thread ending) {
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException endsAlready) {
            // The hook finds nothing left to do.
        }
    }

    private synchronized void begin() {
        isShown = true;
        around.out().print(BEGIN);
    }

    private synchronized void end() {
        if (isShown) {
            isShown = false;
            around.out().print(END);
            around.out().flush();
        }
    }

    private synchronized void draw(String frame) {
        if (isShown) {
            around.out().print(frame);
            around.out().flush();
        }
    }

    /** A daemon that is restarted must not end the watch, nor take away what was known. */
    private String next() {
        try {
            latest = question.get();
            latestAt = around.clock().instant();
            return frame("");
        } catch (CommandFailure failure) {
            var age = TimeLeft.of(around).since(latestAt);
            return frame("no answer, this is of " + age + ": " + failure.getMessage());
        }
    }

    private String frame(String complaint) {
        var sheet = Sheet.of(around);
        var now = CLOCK.format(around.clock().instant().atZone(around.zone()));
        var head = sheet.palette().paint(Colour.HEAD, now) + (complaint.isEmpty() ? "  Ctrl-C ends this" : "");
        var warning = complaint.isEmpty()
                ? ""
                : "  " + sheet.palette().paint(Colour.BAD, Width.cut(complaint, sheet.columns() - now.length() - 2));
        return clipped((head + warning + "\n\n" + text.apply(latest)).split("\n", -1));
    }

    /** What does not fit below is counted: a terminal would scroll, and the top be lost. */
    private String clipped(String[] lines) {
        var rows = Screen.of(around).rows();
        var count = lines.length - 1;
        var shown = count <= rows - 1 ? count : rows - 2;
        var frame = new StringBuilder(TOP_LEFT);
        for (var line = 0; line < shown; line++) {
            frame.append(lines[line]).append(REST_OF_LINE).append('\n');
        }
        if (shown < count) {
            frame.append("… ").append(count - shown).append(" more lines").append(REST_OF_LINE);
        }
        return frame.append(REST_OF_SCREEN).toString();
    }
}
