package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/** Who may be told a secret: root, this user, or the owner of the socket's directory. */
final class PeerCheck {
    private PeerCheck() {}

    /** @throws CommandFailure when the process at the other end is somebody else */
    static void requireTrusted(SocketChannel channel, Path socket) throws IOException {
        var peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        requireOneOf(trusted(socket), peer, socket);
    }

    static void requireOneOf(Set<UserPrincipal> trusted, UserPrincipal peer, Path socket) {
        if (trusted.contains(peer)) {
            return;
        }
        throw new CommandFailure(
                ExitCode.FAILURE,
                "the socket " + socket + " is served by user " + peer.getName()
                        + ", who is neither root nor you nor the owner of its directory; no secret was sent:"
                        + " check --socket and IAM_BROKER_SOCKET");
    }

    /** Principals compare by uid; the kernel shows a process's own in /proc/self. */
    private static Set<UserPrincipal> trusted(Path socket) throws IOException {
        var directory = socket.toAbsolutePath().getParent();
        var users = FileSystems.getDefault().getUserPrincipalLookupService();
        return Set.copyOf(List.of(
                users.lookupPrincipalByName("0"),
                Files.getOwner(Path.of("/proc/self")),
                Files.getOwner(directory == null ? socket : directory)));
    }
}
