package dev.iambroker.server;

import dev.iambroker.server.cli.BrokerCommandLine;
import dev.iambroker.server.cli.Surroundings;

/** Where the program starts. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(BrokerCommandLine.run(Surroundings.ofProcess(), new UnwiredDaemon(), arguments));
    }
}
