package dev.iambroker.server.transport;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory {@code shares} beside the main socket, with a directory for each shared one, so that a container can be
 * given it whole. Others can pass through and cannot list: where a socket's mode lets them in, its directory's name, which
 * nobody can guess, is what lets them find it. Both directories stay the daemon's own, so that nobody else can put a socket
 * or a link there, and so that clients which look at the directory's owner find who serves it. Thread-safe.
 */
public final class ShareDirectory {
    private static final Logger log = LoggerFactory.getLogger(ShareDirectory.class);

    private static final String SOCKET = "broker.sock";
    private static final int NAME_BYTES = 8;
    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");
    private static final FileAttribute<Set<PosixFilePermission>> NEW = PosixFilePermissions.asFileAttribute(OWN);

    private final Path root;
    private final RandomGenerator random;

    /** @param random cannot be guessed */
    public ShareDirectory(Path mainSocket, RandomGenerator random) {
        this.root = mainSocket.resolveSibling("shares");
        this.random = random;
    }

    /** Makes a directory that is new, and names the socket to be in it. */
    public Path create() throws IOException {
        makeRoot();
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        Path directory = Files.createDirectory(root.resolve(HexFormat.of().formatHex(name)), NEW);
        return directory.resolve(SOCKET);
    }

    /** Where the sockets are bound: the name of one's own directory must not be known to the kernel. */
    public Path birthplace() {
        return root;
    }

    private void makeRoot() throws IOException {
        try {
            Files.createDirectory(root, NEW);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getOwner(root, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(Path.of("/proc/self")))) {
                throw new IOException(root + " is there and is no directory of this user: move it away", e);
            }
        }
        Files.setPosixFilePermissions(root, PASSABLE);
    }

    /** Lets others reach the socket, which is there by now. */
    public void publish(Path socket) throws IOException {
        Files.setPosixFilePermissions(directoryOf(socket), PASSABLE);
    }

    /** Removes what {@link #create} made. */
    public void remove(Path socket) {
        try {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directoryOf(socket));
        } catch (IOException e) {
            log.warn("the directory of a share could not be removed: {}", e.toString());
        }
    }

    /** Removes the directory {@code shares} itself, unless another daemon uses it. */
    public void removeIfEmpty() {
        try {
            Files.deleteIfExists(root);
        } catch (DirectoryNotEmptyException e) {
            log.debug("{} is still used", root);
        } catch (IOException e) {
            log.warn("{} could not be removed: {}", root, e.toString());
        }
    }

    private static Path directoryOf(Path socket) {
        return socket.resolveSibling(".").normalize();
    }

    /** Removes what a daemon that did not stop in order left behind. */
    public void clear() {
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(root)) {
            for (Path directory : left) {
                clear(directory);
            }
        } catch (IOException e) {
            log.warn("what is left in {} could not be removed: {}", root, e.toString());
        }
    }

    private static void clear(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) || isAnswered(directory.resolve(SOCKET))) {
            return;
        }
        log.info("removing {}, left by a daemon that was killed", directory);
        deleteFilesIn(directory);
        Files.deleteIfExists(directory);
    }

    /** The socket, and where one was about to be. Links are removed, never followed. */
    private static void deleteFilesIn(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    deleteFilesIn(file);
                }
                Files.deleteIfExists(file);
            }
        }
    }

    /** Another daemon may have its main socket in the same directory. */
    private static boolean isAnswered(Path socket) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
