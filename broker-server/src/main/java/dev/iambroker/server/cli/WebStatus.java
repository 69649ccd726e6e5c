package dev.iambroker.server.cli;

import dev.iambroker.server.page.StatusPage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;

/** {@code status --web}: the page is there for as long as the command runs. */
final class WebStatus {
    private static final Duration LONG = Duration.ofHours(1);

    private WebStatus() {}

    /** @param isAlone whether nothing else was asked of the command */
    static int show(ClientAccess access, boolean isAlone) {
        if (!isAlone) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--web shows all accounts and follows them by itself: leave out ACCOUNT and other options");
        }
        var around = access.around();
        var feed = new StatusFeed(access.silentClient(), around.clock());
        feed.demandDaemon();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var page = StatusPage.open(feed, threads, System::nanoTime)) {
            around.out().println(page.url());
            around.out().flush();
            around.err()
                    .println("The address is good once, for one browser. The page ends with this command (Ctrl-C).");
            boolean goesOn;
            do {
                goesOn = around.pause().pass(LONG);
            } while (goesOn);
            return 0;
        } catch (IOException failure) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "the page has no port of 127.0.0.1 (" + failure.getMessage() + "): try again");
        }
    }
}
