package dev.iambroker.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which file a path leads to, and who may do what with it. */
record FileFacts(int mode, int uid, int gid, long device, long inode) {
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int PERMISSIONS = 0777;
    private static final int ROOT = 0;

    static FileFacts of(Path real) throws IOException {
        Map<String, Object> facts = Files.readAttributes(real, "unix:mode,uid,gid,dev,ino", LinkOption.NOFOLLOW_LINKS);
        return new FileFacts(
                number(facts, "mode").intValue(),
                number(facts, "uid").intValue(),
                number(facts, "gid").intValue(),
                number(facts, "dev").longValue(),
                number(facts, "ino").longValue());
    }

    private static Number number(Map<String, Object> facts, String name) throws IOException {
        if (facts.get(name) instanceof Number number) {
            return number;
        }
        throw new IOException("the file system tells no " + name);
    }

    boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    boolean isOwnedByRoot() {
        return uid == ROOT;
    }

    boolean isReadableByOthers() {
        return (mode & 0004) != 0;
    }

    boolean isReadableByGroup() {
        return (mode & 0040) != 0;
    }

    boolean isWritableByMoreThanOwner() {
        return (mode & 0022) != 0;
    }

    boolean isWritableByOthers() {
        return (mode & 0002) != 0;
    }

    FileMode permissions() {
        return new FileMode(mode & PERMISSIONS);
    }

    // Spelled out: what a record has is linked at run time, and at every start this is compared.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FileFacts that
                && mode == that.mode
                && uid == that.uid
                && gid == that.gid
                && device == that.device
                && inode == that.inode;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(device) * 31 + Long.hashCode(inode);
    }
}
