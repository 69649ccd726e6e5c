package dev.iambroker.server.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Every operation that changes or reads the store's files, one method each, so that a test can watch their order, let
 * one fail, or stop the world between two of them. Implementations are thread-safe.
 */
public interface FileOps {
    /** The file system itself. */
    static FileOps posix() {
        return PosixFileOps.INSTANCE;
    }

    /** The whole content. A symbolic link is not followed. */
    byte[] read(Path file) throws IOException;

    /** What tells {@code file} from every copy of it. */
    FileIdentity identity(Path file) throws IOException;

    /** Makes an empty file with mode 0600 from its first moment; fails where the name is taken. */
    NewFile create(Path file) throws IOException;

    /** Moves within one directory, atomically, over whatever {@code to} is. */
    void rename(Path from, Path to) throws IOException;

    /** Removes the file where it exists. */
    void delete(Path file) throws IOException;

    /** Returns when the names in {@code directory} are on disk. */
    void syncDirectory(Path directory) throws IOException;

    /** A file being written. Owned by whoever created it. */
    interface NewFile extends AutoCloseable {
        /** What tells this file from every copy of it, under whichever name it ends. To be asked before the first write. */
        FileIdentity identity() throws IOException;

        void write(byte[] content) throws IOException;

        /** Returns when what was written is on disk. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }
}
