package dev.iambroker.server.config;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Permission bits of a file: no set-id, no sticky bit. */
public record FileMode(int bits) {
    private static final int ALL = 0777;
    private static final PosixFilePermission[] FROM_HIGHEST = {
        PosixFilePermission.OWNER_READ,
        PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.GROUP_READ,
        PosixFilePermission.GROUP_WRITE,
        PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.OTHERS_READ,
        PosixFilePermission.OTHERS_WRITE,
        PosixFilePermission.OTHERS_EXECUTE,
    };

    public FileMode {
        if ((bits & ~ALL) != 0) {
            throw new IllegalArgumentException("a file mode has nine bits");
        }
    }

    /** The same bits for {@code java.nio.file}. */
    public Set<PosixFilePermission> permissions() {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bit = 0400;
        for (PosixFilePermission permission : FROM_HIGHEST) {
            if ((bits & bit) != 0) {
                permissions.add(permission);
            }
            bit >>= 1;
        }
        return permissions;
    }

    /** Four octal digits: {@code 0660}. */
    @Override
    public String toString() {
        return "0" + (char) ('0' + (bits >> 6)) + (char) ('0' + (bits >> 3 & 7)) + (char) ('0' + (bits & 7));
    }
}
