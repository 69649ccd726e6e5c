package dev.iambroker.credential;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;

/** Which socket is the broker's, and whether the one who serves it may be trusted with what is sent. */
final class BrokerSocket {

    private static final String SYSTEM_SOCKET = "/run/iam-broker/broker.sock";
    private static final int PATH_MAX = 107;
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final String name;

    private BrokerSocket(String name) {
        this.name = name;
    }

    static BrokerSocket find(Options options, Environment environment) {
        String given = options.socket();
        if (given != null) {
            return new BrokerSocket(given);
        }
        String named = environment.text("IAM_BROKER_SOCKET");
        return new BrokerSocket(named != null ? named : usual(environment));
    }

    /** The user's own socket where it exists, else the system's. */
    private static String usual(Environment environment) {
        String runtime = environment.text("XDG_RUNTIME_DIR");
        if (runtime != null) {
            String own = runtime + "/iam-broker/broker.sock";
            if (isSocket(own)) {
                return own;
            }
        }
        return SYSTEM_SOCKET;
    }

    private static boolean isSocket(String name) {
        try {
            return ((Integer) Files.getAttribute(Path.of(name), "unix:mode") & FILE_TYPE) == SOCKET;
        } catch (IOException | InvalidPathException absent) {
            return false;
        }
    }

    /** A connection to a peer that was checked; the caller closes it. */
    SocketChannel connect() throws Failure {
        if (name.getBytes(StandardCharsets.UTF_8).length > PATH_MAX) {
            throw new Failure(
                    Failure.USAGE, "the socket's path is longer than the 107 bytes that a Unix socket allows");
        }
        Path path = path();
        SocketChannel channel = open(path);
        if (!isTrusted(channel, path)) {
            throw failure(
                    Failure.OTHER,
                    "the socket ",
                    " is served by a stranger, neither root nor you nor the owner of its directory: nothing was sent");
        }
        return channel;
    }

    private Path path() throws Failure {
        try {
            return Path.of(name);
        } catch (InvalidPathException unspeakable) {
            throw noDaemon();
        }
    }

    private SocketChannel open(Path path) throws Failure {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(path));
        } catch (IOException refused) {
            if (Files.notExists(path) || Files.isWritable(path)) {
                throw noDaemon();
            }
            throw failure(
                    Failure.NO_DAEMON,
                    "permission denied on ",
                    ": use the account that runs the daemon, or join the socket's group");
        }
    }

    private Failure noDaemon() {
        return failure(
                Failure.NO_DAEMON,
                "no daemon on ",
                ": start it with 'iam-broker serve' or 'systemctl start iam-broker'");
    }

    private Failure failure(int exitCode, String before, String after) {
        return new Failure(exitCode, new Line().add(before).text(name).add(after));
    }

    /** Whoever can put a socket there could otherwise read what we send and choose the credential that we print. */
    private static boolean isTrusted(SocketChannel channel, Path path) {
        try {
            UserPrincipal peer =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            return peer.equals(Files.getOwner(Path.of("/proc/self")))
                    || peer.equals(FileSystems.getDefault()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("0"))
                    || peer.equals(Files.getOwner(directoryOf(path)));
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private static Path directoryOf(Path path) {
        Path directory = path.toAbsolutePath().getParent();
        return directory == null ? path : directory;
    }
}
