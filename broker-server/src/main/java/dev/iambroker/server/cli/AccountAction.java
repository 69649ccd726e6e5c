package dev.iambroker.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Something done to one account that the daemon answers with how the account stands then. */
final class AccountAction {
    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    private final ClientAccess access;
    private final OutputOption output;

    AccountAction(ClientAccess access, OutputOption output) {
        this.access = access;
        this.output = output;
    }

    static BrokerRequest request(AccountParameter account, String verb) {
        return BrokerRequest.post(account.path() + "/" + verb, EMPTY_OBJECT, BrokerClient.UPSTREAM);
    }

    int run(BrokerRequest request, Function<AccountReport, String> sentence) {
        var answer = access.client().json(request);
        var around = access.around();
        around.out()
                .println(
                        output.isJson()
                                ? Json.pretty(answer)
                                : Table.folded(
                                        sentence.apply(report(answer)),
                                        0,
                                        Screen.of(around).columns()));
        return 0;
    }

    private AccountReport report(JsonNode answer) {
        return new AccountReport(answer, TimeLeft.of(access.around()));
    }
}
