package dev.iambroker.server.cli;

import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code status --watch} for a file or a program: the whole anew, whenever more has changed than the time. */
final class StatusChanges {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** These run down by themselves. */
    private static final Set<String> CLOCKS = Set.of("runway_seconds", "login_runway_seconds");

    private final Surroundings around;
    private final Supplier<JsonNode> question;
    private final Function<JsonNode, String> text;
    private @Nullable JsonNode shown;
    private @Nullable String complaint;

    StatusChanges(Surroundings around, Supplier<JsonNode> question, Function<JsonNode, String> text) {
        this.around = around;
        this.question = question;
        this.text = text;
    }

    /** Until interrupted, or until nobody reads it. @throws CommandFailure if the daemon does not answer at first */
    void print() {
        take(question.get());
        while (!around.out().checkError() && around.pause().pass(BETWEEN_LOOKS)) {
            look();
        }
    }

    /** A daemon that is restarted does not end the watch; it is said once. */
    private void look() {
        try {
            take(question.get());
            complaint = null;
        } catch (CommandFailure failure) {
            if (complaint == null) {
                complaint = String.valueOf(failure.getMessage());
                around.err().println("iam-broker: " + complaint);
            }
            shown = null;
        }
    }

    private void take(JsonNode answer) {
        var essence = answer.deepCopy();
        withoutClocks(essence);
        if (essence.equals(shown)) {
            return;
        }
        shown = essence;
        around.out().print(text.apply(answer));
        around.out().flush();
    }

    private static void withoutClocks(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(CLOCKS);
        }
        node.forEach(StatusChanges::withoutClocks);
    }
}
