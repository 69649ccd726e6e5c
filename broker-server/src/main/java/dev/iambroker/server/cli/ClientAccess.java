package dev.iambroker.server.cli;

import dev.iambroker.account.AccountName;
import java.nio.file.Path;

/** What every client command starts from: the process around it and the way to the daemon. */
final class ClientAccess {
    private final Surroundings around;
    private final RootCommand root;

    ClientAccess(Surroundings around, RootCommand root) {
        this.around = around;
        this.root = root;
    }

    Surroundings around() {
        return around;
    }

    /** @throws CommandFailure when no socket is there */
    BrokerClient client() {
        return new BrokerClient(new BrokerConnection(socket()), around);
    }

    /** For what must not write to stderr, or draws on the terminal itself. @throws CommandFailure when no socket is there */
    BrokerClient silentClient() {
        return new BrokerClient(new BrokerConnection(socket()), null);
    }

    /** @throws CommandFailure when none is there */
    Path socket() {
        return new SocketFinder(around.environment()).find(root.socket);
    }

    /**
     * The path of an account's resource.
     *
     * @throws CommandFailure when {@code account} cannot be an alias; the text is not shown, it might be a secret
     */
    static String accountPath(String account) {
        if (!AccountName.isValid(account)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "ACCOUNT is not an account alias ([a-z0-9][a-z0-9._-]{0,62}): 'iam-broker status' lists them");
        }
        return "/v1/accounts/" + account;
    }
}
