package dev.iambroker.server.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket: made where nobody else can reach, put in place when it is ready, removed when it is still
 * ours. Not thread-safe.
 *
 * <p>Java has no umask, so a socket is born with whatever mode the process has. It is therefore bound inside a fresh
 * directory of mode 0700, gets its mode and group there, and is renamed into place: at its own path it never has
 * any other.
 */
final class SocketFile {
    private static final Logger log = LoggerFactory.getLogger(SocketFile.class);

    /** Of {@code sun_path} (unix(7)), its closing zero not counted. */
    private static final int MAX_PATH_BYTES = 107;

    private static final Path SELF = Path.of("/proc/self");
    private static final int ROOT = 0;
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> GROUP_DIRECTORY = PosixFilePermissions.fromString("rwxr-x---");
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final UnixSocket socket;
    private final Path path;
    private final Path directory;
    private @Nullable Object inode;

    SocketFile(UnixSocket socket) {
        Path parent = socket.path().getParent();
        if (!socket.path().isAbsolute() || parent == null) {
            throw new ListenFailure("listen.unix.path must be absolute: " + socket.path());
        }
        this.socket = socket;
        this.path = socket.path();
        this.directory = parent;
    }

    /** Where to bind: in a directory made for it. To be followed by {@link #publish} or {@link #discard}. */
    Path prepare() throws IOException {
        makeDirectory();
        checkDirectory();
        checkPlace();
        Path nest = Files.createTempDirectory(
                socket.bornIn().normalize(), ".", PosixFilePermissions.asFileAttribute(DIRECTORY));
        Path bound = nest.resolve("s");
        if (bytes(bound) > MAX_PATH_BYTES || bytes(path) > MAX_PATH_BYTES) {
            Files.delete(nest);
            throw new ListenFailure(
                    "the path of the socket is too long for the kernel: " + path + ": choose a shorter one");
        }
        return bound;
    }

    /** Puts the socket that was bound at {@code bound} into its place. */
    void publish(Path bound) throws IOException {
        setOwnership(bound);
        inode = inodeOf(bound);
        Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
        discard(bound);
    }

    /** Removes what {@link #prepare} made. */
    void discard(Path bound) throws IOException {
        Files.deleteIfExists(bound);
        Path nest = bound.getParent();
        if (nest != null) {
            Files.deleteIfExists(nest);
        }
    }

    /** Removes the socket, unless somebody else has put theirs in its place. */
    void remove() throws IOException {
        if (inode != null && inode.equals(inodeOf(path))) {
            Files.deleteIfExists(path);
        }
    }

    private void makeDirectory() throws IOException {
        if (Files.exists(directory)) {
            warnIfClosedToGroup();
            return;
        }
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
        GroupPrincipal group = group();
        if (group != null) {
            try {
                give(directory, group);
                Files.setPosixFilePermissions(directory, GROUP_DIRECTORY);
            } catch (IOException | RuntimeException e) {
                Files.delete(directory);
                throw e;
            }
        }
    }

    private void give(Path file, GroupPrincipal group) throws IOException {
        try {
            view(file).setGroup(group);
        } catch (FileSystemException e) {
            throw new ListenFailure(
                    "listen.unix.group names the group " + socket.group() + ", and the daemon's user (uid "
                            + uidOf(SELF)
                            + ") cannot give it the socket, as it is not in it: add the user to the group (with systemd"
                            + " by 'SupplementaryGroups=" + socket.group()
                            + "') and start anew, or name a group that it is in",
                    e);
        }
    }

    /** A directory that was there may hold more than the socket: to open it is the operator's decision. */
    private void warnIfClosedToGroup() throws IOException {
        GroupPrincipal group = group();
        if (group == null) {
            return;
        }
        PosixFileAttributes found = Files.readAttributes(directory, PosixFileAttributes.class);
        PosixFilePermission needed =
                found.group().equals(group) ? PosixFilePermission.GROUP_EXECUTE : PosixFilePermission.OTHERS_EXECUTE;
        if (!found.permissions().contains(needed)) {
            log.warn(
                    "the group {} cannot reach {}, since {} is closed to it: run 'chgrp {} {} && chmod 0750 {}'",
                    socket.group(),
                    path,
                    directory,
                    socket.group(),
                    directory,
                    directory);
        }
    }

    /** Whoever owns it can put a socket of theirs in the place of ours, whatever its mode is. */
    private void checkDirectory() throws IOException {
        int owner = uidOf(directory);
        int self = uidOf(SELF);
        if (owner != ROOT && owner != self) {
            throw new ListenFailure(
                    directory + ", where the socket would lie, belongs to another user (uid " + owner + ") than the"
                            + " daemon's (uid " + self + ") or root: run 'chown " + self + " " + directory
                            + "', or choose another directory");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.stream().anyMatch(OTHERS_WRITE::contains)) {
            throw new ListenFailure("others can write to " + directory
                    + ", where the socket would lie: run 'chmod go-w " + directory + "', or choose another directory");
        }
    }

    private void checkPlace() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) attribute(path, "mode");
        if ((mode & TYPE) != SOCKET) {
            throw new ListenFailure(path + " is there and is no socket: move it away, or choose another path");
        }
        if (isAnswered()) {
            throw new ListenFailure(
                    "another iam-broker answers on " + path + ": stop it first, or choose another path");
        }
    }

    /** Whether somebody listens. Only a refusal says that nobody does. */
    private boolean isAnswered() throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Not blocking: one whose queue is full answers nobody, but it is there.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private void setOwnership(Path bound) throws IOException {
        GroupPrincipal group = group();
        if (group != null) {
            give(bound, group);
        }
        Files.setPosixFilePermissions(bound, socket.permissions());
        Integer owner = socket.owner();
        if (owner != null) {
            Files.setAttribute(bound, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private @Nullable GroupPrincipal group() throws IOException {
        String name = socket.group();
        if (name == null) {
            return null;
        }
        try {
            return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
        } catch (UserPrincipalNotFoundException e) {
            throw new ListenFailure(
                    "listen.unix.group names the group " + name + ", which this machine does not have", e);
        }
    }

    private static int uidOf(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid");
    }

    private static PosixFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static @Nullable Object inodeOf(Path file) throws IOException {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
            return Map.copyOf(attributes);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static Object attribute(Path file, String name) throws IOException {
        return Files.getAttribute(file, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
    }

    private static int bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
