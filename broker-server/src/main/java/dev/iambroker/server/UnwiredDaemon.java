package dev.iambroker.server;

import dev.iambroker.server.cli.CheckOptions;
import dev.iambroker.server.cli.CommandFailure;
import dev.iambroker.server.cli.DaemonCommands;
import dev.iambroker.server.cli.DemoOptions;
import dev.iambroker.server.cli.ExitCode;
import dev.iambroker.server.cli.ServeOptions;

/** Stands in for the daemon in a build that has none: refuses in so many words. */
final class UnwiredDaemon implements DaemonCommands {
    @Override
    public int serve(ServeOptions options) {
        throw absent();
    }

    @Override
    public int demo(DemoOptions options) {
        throw absent();
    }

    @Override
    public int checkConfig(CheckOptions options) {
        throw absent();
    }

    private static CommandFailure absent() {
        return new CommandFailure(
                ExitCode.FAILURE, "this build holds the client commands only: use one with the daemon");
    }
}
