package dev.iambroker.server.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;

/**
 * Which file it is, and in which state: whatever its owner does to the content moves {@code changed}, which nobody can
 * set.
 */
public record FileState(long device, long inode, FileTime modified, FileTime changed, long size) {
    /** Of what {@code path} leads to, links followed. */
    public static FileState of(Path path) throws IOException {
        Map<String, Object> facts = Files.readAttributes(path, "unix:dev,ino,lastModifiedTime,ctime,size");
        return new FileState(
                fact(facts, "dev", Long.class),
                fact(facts, "ino", Long.class),
                fact(facts, "lastModifiedTime", FileTime.class),
                fact(facts, "ctime", FileTime.class),
                fact(facts, "size", Long.class));
    }

    private static <T> T fact(Map<String, Object> facts, String name, Class<T> type) {
        return Objects.requireNonNull(type.cast(facts.get(name)), name);
    }
}
