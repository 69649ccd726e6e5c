package dev.iambroker.server.cli;

import tools.jackson.databind.JsonNode;

/** What a verification found: a sentence and exit 0, or the first line that is wrong and exit 1. */
final class AuditVerdict {
    private final Surroundings around;
    private final OutputOption output;

    AuditVerdict(Surroundings around, OutputOption output) {
        this.around = around;
        this.output = output;
    }

    int print(JsonNode verdict) {
        var isRight = verdict.path("ok").asBoolean(false);
        if (output.isJson()) {
            around.out().println(Json.pretty(verdict));
            return (isRight ? ExitCode.DONE : ExitCode.FAILURE).number();
        }
        verdict.path("notes").forEach(note -> around.out().println("note: " + PlainText.of(note.asString(""))));
        if (!isRight) {
            throw new CommandFailure(ExitCode.FAILURE, fault(verdict.path("fault")));
        }
        around.out().println(words(verdict.path("records").asLong(0), verdict));
        return ExitCode.DONE.number();
    }

    private static String words(long records, JsonNode verdict) {
        return switch ((int) Math.min(records, 2)) {
            case 0 -> "no records";
            case 1 -> "1 record, number " + Json.cell(verdict, "first_seq") + ", as it was written";
            default ->
                records + " records, numbers " + Json.cell(verdict, "first_seq") + " to "
                        + Json.cell(verdict, "last_seq") + ", all as they were written";
        };
    }

    private static String fault(JsonNode fault) {
        String where = fault.path("line").isNumber() ? " line " + Json.cell(fault, "line") : "";
        return Json.cell(fault, "file") + where + ": " + Json.cell(fault, "reason");
    }
}
