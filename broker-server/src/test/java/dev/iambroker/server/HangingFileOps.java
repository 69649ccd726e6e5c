package dev.iambroker.server;

import dev.iambroker.server.store.FileIdentity;
import dev.iambroker.server.store.FileOps;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

/** A disk that hangs in a system call below one directory, as one behind a network does; all else is as it is. Thread-safe. */
final class HangingFileOps implements FileOps {
    private final FileOps real = FileOps.posix();
    private final Path directory;
    private final Path pipe;
    private final CountDownLatch hanging;
    private volatile boolean isReleased;

    /**
     * @param pipe a named pipe that nobody writes to
     * @param hanging counted down by whatever begins to hang
     */
    HangingFileOps(Path directory, Path pipe, CountDownLatch hanging) {
        this.directory = directory;
        this.pipe = pipe;
        this.hanging = hanging;
    }

    /** Lets go what hangs, and no more hangs. */
    void release() throws IOException {
        isReleased = true;
        // Opened for both, it waits for nobody, and whoever waits in open goes on.
        try (var both = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assert both.isOpen();
        }
    }

    @Override
    public NewFile create(Path file) throws IOException {
        if (file.startsWith(directory) && !isReleased) {
            hanging.countDown();
            Files.newInputStream(pipe).close();
        }
        return real.create(file);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        return real.read(file);
    }

    @Override
    public FileIdentity identity(Path file) throws IOException {
        return real.identity(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        real.delete(file);
    }

    @Override
    public void syncDirectory(Path directoryToSync) throws IOException {
        real.syncDirectory(directoryToSync);
    }
}
