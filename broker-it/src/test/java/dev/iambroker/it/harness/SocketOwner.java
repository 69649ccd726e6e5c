package dev.iambroker.it.harness;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whose a connection over loopback is, by what the kernel tells below {@code /proc}. */
final class SocketOwner {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;

    private SocketOwner() {}

    /** Whether the process {@code pid} made the connection that has {@code own} at its end and {@code peerPort} at the other. */
    static boolean isOwner(long pid, InetSocketAddress own, int peerPort) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        Optional<String> inode = inode(process, ":%04X".formatted(own.getPort()), ":%04X".formatted(peerPort));
        return inode.isPresent() && holds(process, "socket:[" + inode.get() + "]");
    }

    private static Optional<String> inode(Path process, String local, String remote) throws IOException {
        try (Stream<String> lines = Files.lines(process.resolve("net/tcp"))) {
            return lines.map(line -> List.of(line.strip().split("\\s+")))
                    .filter(words -> words.get(LOCAL).endsWith(local)
                            && words.get(REMOTE).endsWith(remote))
                    .map(words -> words.get(INODE))
                    .findFirst();
        } catch (NoSuchFileException ended) {
            return Optional.empty();
        }
    }

    private static boolean holds(Path process, String socket) throws IOException {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.anyMatch(file -> pointsTo(file, socket));
        } catch (NoSuchFileException ended) {
            return false;
        }
    }

    private static boolean pointsTo(Path file, String what) {
        try {
            return Files.readSymbolicLink(file).toString().equals(what);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
