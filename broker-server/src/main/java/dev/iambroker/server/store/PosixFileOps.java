package dev.iambroker.server.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

final class PosixFileOps implements FileOps {
    static final PosixFileOps INSTANCE = new PosixFileOps();
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PosixFileOps() {}

    @Override
    public byte[] read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, READ, NOFOLLOW_LINKS)) {
            return in.readAllBytes();
        }
    }

    @Override
    public FileIdentity identity(Path file) throws IOException {
        return FileIdentity.of(file);
    }

    @Override
    public NewFile create(Path file) throws IOException {
        return new ChannelFile(file, FileChannel.open(file, Set.of(CREATE_NEW, WRITE), OWNER_ONLY));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    private record ChannelFile(Path file, FileChannel channel) implements NewFile {
        @Override
        public FileIdentity identity() throws IOException {
            return FileIdentity.ofNew(file);
        }

        @Override
        public void write(byte[] content) throws IOException {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }

        @Override
        public void sync() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
