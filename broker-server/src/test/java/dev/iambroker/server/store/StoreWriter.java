package dev.iambroker.server.store;

import dev.iambroker.account.AccountName;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;

/** A process that writes sessions until it is killed, and says after each how far it is. */
final class StoreWriter {
    static final List<AccountName> ACCOUNTS = List.of(new AccountName("a"), new AccountName("b"));

    private StoreWriter() {}

    public static void main(String[] args) {
        long number = Long.parseLong(args[1]);
        try (var store = EncryptedFileStore.open(Path.of(args[0]), List.of(), FileOps.posix(), new SecureRandom())) {
            while (!System.out.checkError()) {
                number++;
                for (AccountName account : ACCOUNTS) {
                    store.save(account, Sessions.withRefreshToken("number-" + number));
                }
                System.out.println(number);
            }
        }
    }
}
