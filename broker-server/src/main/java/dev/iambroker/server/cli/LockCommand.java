package dev.iambroker.server.cli;

import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lock} */
@Command(
        name = "lock",
        description = {
            "Stop serving until unlocked.",
            "A new passphrase is asked for twice. Every token, session and key is dropped from memory, and the stored"
                    + " sessions cannot be opened without the passphrase, also after a restart. A lost passphrase cannot"
                    + " be replaced: every account would need a new login."
        },
        footer = {"", "Example:", "  iam-broker lock", "  pass show iam-broker/lock | iam-broker lock -"})
final class LockCommand implements Callable<Integer> {
    private static final String NAME = "lock";

    private final ClientAccess access;

    @Mixin
    final PassphraseParameter passphrase = new PassphraseParameter();

    LockCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var body = LoginBody.of("passphrase", chosen());
        try {
            access.client().json(BrokerRequest.postSecret("/v1/lock", body, BrokerClient.UPSTREAM));
        } finally {
            Arrays.fill(body, (byte) 0);
        }
        access.around().out().println("locked: nothing is served before 'iam-broker unlock'");
        return 0;
    }

    private char[] chosen() {
        var input = new SecretInput(access.around());
        var value = passphrase.value(NAME);
        var first = input.read(NAME, value, "New passphrase: ");
        if (passphrase.isStdin()) {
            return first;
        }
        var second = input.read(NAME, value, "The same again: ");
        var isSame = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!isSame) {
            Arrays.fill(first, '\0');
            throw new CommandFailure(ExitCode.USAGE, "the two passphrases differ: nothing was locked, try again");
        }
        return first;
    }
}
