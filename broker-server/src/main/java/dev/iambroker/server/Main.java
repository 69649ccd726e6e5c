package dev.iambroker.server;

import dev.iambroker.server.cli.BrokerCommandLine;
import dev.iambroker.server.cli.Screen;
import dev.iambroker.server.cli.Surroundings;
import dev.iambroker.server.os.TerminalSize;

/** Where the program starts. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Surroundings surroundings = Surroundings.ofProcess(Main::screen);
        var daemon = new DaemonProcess(surroundings.out(), surroundings.err(), surroundings.environment());
        System.exit(BrokerCommandLine.run(surroundings, daemon, arguments));
    }

    private static Screen screen() {
        int[] size = TerminalSize.ofStdout();
        return new Screen(size[0], size[1]);
    }
}
