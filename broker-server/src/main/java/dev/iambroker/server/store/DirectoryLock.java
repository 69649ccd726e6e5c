package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One broker to a state directory: an advisory lock on its file {@code lock}, held until close or the end of the process. */
final class DirectoryLock implements AutoCloseable {
    private static final int LONGEST_PID = 20;

    /**
     * Directories that this process holds, by device and inode. A POSIX lock belongs to the process and is dropped when
     * any descriptor of its file is closed: a second open here would not see the first, and its close would free it.
     */
    private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

    private final Object identity;
    private final FileChannel channel;

    private DirectoryLock(Object identity, FileChannel channel) {
        this.identity = identity;
        this.channel = channel;
    }

    static DirectoryLock acquire(Path directory) throws IOException {
        Object identity = requireNonNull(
                Files.readAttributes(directory, BasicFileAttributes.class).fileKey());
        if (!HELD.add(identity)) {
            throw inUse(directory, ownPid());
        }
        try {
            return new DirectoryLock(identity, lock(directory));
        } catch (IOException | RuntimeException e) {
            HELD.remove(identity);
            throw e;
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = FileChannel.open(
                directory.resolve("lock"), Set.of(CREATE, READ, WRITE, NOFOLLOW_LINKS), PosixFileOps.OWNER_ONLY);
        try {
            if (channel.tryLock() == null) {
                throw inUse(directory, pidIn(channel));
            }
            channel.truncate(0).write(ByteBuffer.wrap((ownPid() + "\n").getBytes(US_ASCII)));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static StoreFailure inUse(Path directory, String pid) {
        return new StoreFailure("state directory " + directory + " is in use by another iam-broker (pid " + pid
                + "): stop it or use another state.dir");
    }

    private static String pidIn(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(LONGEST_PID);
        channel.read(content, 0);
        String pid = US_ASCII.decode(content.flip()).toString().strip();
        boolean isNumber = !pid.isEmpty() && pid.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? pid : "unknown";
    }

    private static String ownPid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } finally {
            HELD.remove(identity);
        }
    }
}
