package dev.iambroker.server.sink;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What lies under a name, a link not followed. */
record Facts(int mode, int uid, int gid, long size, FileTime modified) {
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int PERMISSIONS = 07777;
    private static final int STICKY = 01000;
    private static final int WRITABLE_BY_OTHERS = 0022;

    /** Null where nothing does. */
    static @Nullable Facts of(Path path) throws IOException {
        try {
            Map<String, Object> facts =
                    Files.readAttributes(path, "unix:mode,uid,gid,size,lastModifiedTime", NOFOLLOW_LINKS);
            return new Facts(
                    fact(facts, "mode", Integer.class),
                    fact(facts, "uid", Integer.class),
                    fact(facts, "gid", Integer.class),
                    fact(facts, "size", Long.class),
                    fact(facts, "lastModifiedTime", FileTime.class));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static <T> T fact(Map<String, Object> facts, String name, Class<T> type) {
        return Objects.requireNonNull(type.cast(facts.get(name)), name);
    }

    boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    int permissions() {
        return mode & PERMISSIONS;
    }

    /** By somebody beside the owner. */
    boolean isWritableByOthers() {
        return (mode & WRITABLE_BY_OTHERS) != 0;
    }

    /** Whether in it nobody can take away or replace what is another's. */
    boolean isSticky() {
        return (mode & STICKY) != 0;
    }
}
