package dev.iambroker.server.cli;

import dev.iambroker.secret.Secret;
import dev.iambroker.server.cli.Table.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Who was handed a token. */
final class AuditHolders {
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{6,64}");
    private static final String BEARER = "Bearer ";

    private final ClientAccess access;
    private final OutputOption output;

    AuditHolders(ClientAccess access, OutputOption output) {
        this.access = access;
        this.output = output;
    }

    /** @param operand a fingerprint's beginning, or {@code -} */
    int print(String operand) {
        var isToken = operand.equals("-");
        var fingerprint = isToken ? fingerprintOfToken() : operand.toLowerCase(Locale.ROOT);
        if (!FINGERPRINT.matcher(fingerprint).matches()) {
            // Not shown: it may be the token itself.
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "FINGERPRINT is not six or more hexadecimal digits: to find a token's, say 'who-has -' and give the"
                            + " token on the terminal or on stdin");
        }
        if (isToken) {
            access.around().err().println("fingerprint " + fingerprint);
        }
        return new Listing(access, output)
                .print(
                        "/v1/audit/holders?fingerprint=" + fingerprint,
                        "holders",
                        new Table("CLIENT", "RULE", "TOKEN", "FINGERPRINT", "TIMES", "FIRST", "LAST")
                                .givingWay("FINGERPRINT", "FIRST", "RULE")
                                .cutting("CLIENT", "TOKEN"),
                        AuditHolders::row);
    }

    private String fingerprintOfToken() {
        var typed = new SecretInput(access.around()).readFromTerminalOrStdin("who-has", "Token: ");
        try {
            var token = new String(typed).strip();
            return Secret.of(token.startsWith(BEARER) ? token.substring(BEARER.length()) : token)
                    .fingerprint();
        } finally {
            Arrays.fill(typed, '\0');
        }
    }

    private static void row(Table table, JsonNode holder) {
        var cluster = Json.text(holder, "cluster");
        table.row(
                Cell.of(client(holder)),
                Cell.of(Json.cell(holder, "rule")),
                Cell.of(Json.cell(holder, "action") + " " + Json.cell(holder, "account")
                        + (cluster == null ? "" : "/" + cluster)),
                Cell.of(Json.cell(holder, "fingerprint")),
                Cell.of(Json.cell(holder, "count")),
                Cell.of(Json.cell(holder, "first")),
                Cell.of(Json.cell(holder, "last")));
    }

    /** Who it was, as far as the record says. */
    static String client(JsonNode record) {
        List<String> parts = new ArrayList<>();
        for (var member : List.of("uid", "gid", "pid", "exe", "unit")) {
            var text = Json.text(record, member);
            if (text != null) {
                parts.add(member + " " + text);
            }
        }
        for (var client : record.path("clients")) {
            parts.add("client " + PlainText.of(client.asString("")));
        }
        return parts.isEmpty() ? "somebody" : String.join(" ", parts);
    }
}
