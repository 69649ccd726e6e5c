package dev.iambroker.server.cli;

import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code unlock} */
@Command(
        name = "unlock",
        description = {
            "Serve again after a lock.",
            "Asks for the passphrase. After a wrong one the next is not looked at for a second, then two, up to a minute."
        },
        footer = {"", "Example:", "  iam-broker unlock", "  pass show iam-broker/lock | iam-broker unlock -"})
final class UnlockCommand implements Callable<Integer> {
    private static final String NAME = "unlock";

    private final ClientAccess access;

    @Mixin
    final PassphraseParameter passphrase = new PassphraseParameter();

    UnlockCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var secret = new SecretInput(access.around()).read(NAME, passphrase.value(NAME), "Passphrase: ");
        var body = LoginBody.of("passphrase", secret);
        try {
            access.client().json(BrokerRequest.postSecret("/v1/unlock", body, BrokerClient.UPSTREAM));
        } finally {
            Arrays.fill(body, (byte) 0);
        }
        access.around().out().println("unlocked: every account is served again");
        return 0;
    }
}
