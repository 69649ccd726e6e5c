package dev.iambroker.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells a file from every copy of it: its inode and the moment the inode came to be, which no program can set. A
 * rename changes neither; a restored backup, a copied directory, or another content written over the file does not fit
 * what the content says of itself.
 *
 * @param born null on file systems that do not know it; the inode alone, which may be used again, has to do there
 */
public record FileIdentity(long inode, @Nullable FileTime born) {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000);
    private static final char SEPARATOR = '@';

    /** Of a file that was just made and is still empty; its time of modification is lost. */
    static FileIdentity ofNew(Path file) throws IOException {
        // Where the platform knows no birth it answers the time of modification: set one apart to tell.
        Files.setLastModifiedTime(file, LONG_AGO);
        FileIdentity identity = of(file);
        return LONG_AGO.equals(identity.born) ? new FileIdentity(identity.inode, null) : identity;
    }

    static FileIdentity of(Path file) throws IOException {
        FileTime born = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .creationTime();
        long inode = (Long) Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
        return new FileIdentity(inode, born);
    }

    /** How a content names the file that it was written to. */
    String text() {
        return born == null ? Long.toString(inode) : inode + String.valueOf(SEPARATOR) + born;
    }

    /** Whether {@code text} names this file; a name without a birth is compared by the inode alone. */
    boolean isNamed(String text) {
        boolean namesBirth = text.indexOf(SEPARATOR) >= 0;
        return (namesBirth ? text() : Long.toString(inode)).equals(text);
    }
}
