package dev.iambroker.server;

import dev.iambroker.server.cli.BrokerCommandLine;
import dev.iambroker.server.cli.Surroundings;

/** Where the program starts. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Surroundings surroundings = Surroundings.ofProcess();
        var daemon = new DaemonProcess(surroundings.out(), surroundings.err(), surroundings.environment());
        System.exit(BrokerCommandLine.run(surroundings, daemon, arguments));
    }
}
