package dev.iambroker.server.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the daemon's socket is. Somebody who names one means it: it is never passed over for another. */
final class SocketFinder {
    private static final Path SYSTEM = Path.of("/run/iam-broker/broker.sock");

    private final Map<String, String> environment;
    private final Path system;

    SocketFinder(Map<String, String> environment) {
        this(environment, SYSTEM);
    }

    SocketFinder(Map<String, String> environment, Path system) {
        this.environment = environment;
        this.system = system;
    }

    /** @throws CommandFailure when there is no socket */
    Path find(@Nullable Path flag) {
        if (flag != null) {
            return existing(flag, "--socket");
        }
        var named = environment.getOrDefault("IAM_BROKER_SOCKET", "");
        return named.isEmpty() ? usual() : existing(path(named, "IAM_BROKER_SOCKET"), "IAM_BROKER_SOCKET");
    }

    private Path usual() {
        var places = usualPlaces();
        for (var place : places) {
            if (mayExist(place)) {
                return place;
            }
        }
        throw new CommandFailure(
                ExitCode.UNREACHABLE,
                "the daemon is not reachable: no socket at "
                        + String.join(
                                " or ", places.stream().map(Path::toString).toList())
                        + ": start it with 'iam-broker serve', or name its socket with --socket or IAM_BROKER_SOCKET");
    }

    private List<Path> usualPlaces() {
        var places = new ArrayList<Path>(2);
        var runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (!runtime.isEmpty()) {
            places.add(path(runtime, "XDG_RUNTIME_DIR").resolve("iam-broker/broker.sock"));
        }
        places.add(system);
        return places;
    }

    private static Path existing(Path socket, String origin) {
        if (mayExist(socket)) {
            return socket;
        }
        throw new CommandFailure(
                ExitCode.UNREACHABLE,
                "the daemon is not reachable: " + origin + " names " + socket
                        + ", which does not exist: start the daemon, or name its socket");
    }

    /** A directory that may not be searched hides its socket; connecting then says why. */
    private static boolean mayExist(Path socket) {
        return !Files.notExists(socket);
    }

    private static Path path(String text, String origin) {
        try {
            return Path.of(text);
        } catch (InvalidPathException invalid) {
            throw new CommandFailure(ExitCode.USAGE, origin + " is not a path: set it to the daemon's socket");
        }
    }
}
