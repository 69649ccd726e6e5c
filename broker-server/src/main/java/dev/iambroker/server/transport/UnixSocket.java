package dev.iambroker.server.transport;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a socket lies and who may connect.
 *
 * @param path absolute
 * @param bornIn where it is bound before it is moved to {@code path}: the kernel tells everybody the path at which a
 *     socket was bound ({@code /proc/net/unix}), for as long as it is open
 * @param owner the user that the socket is given to, which only root can do; null for the daemon's own
 * @param group owns the socket, and its directory where that is made; null for the daemon's own
 */
public record UnixSocket(
        Path path,
        Set<PosixFilePermission> permissions,
        Path bornIn,
        @Nullable String group,
        @Nullable Integer owner) {
    /** For its owner alone. */
    public static final Set<PosixFilePermission> PRIVATE =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    public UnixSocket(Path path, Set<PosixFilePermission> permissions, @Nullable String group) {
        this(path, permissions, path.resolveSibling("."), group, null);
    }

    public UnixSocket {
        permissions = Set.copyOf(permissions);
    }

    public static UnixSocket privateAt(Path path) {
        return new UnixSocket(path, PRIVATE, null);
    }
}
