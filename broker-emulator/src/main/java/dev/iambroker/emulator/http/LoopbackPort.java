package dev.iambroker.emulator.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for listeners that stop and come back. The kernel's own free ports are no good for them: while nobody listens there, it
 * may give the same port to another listener, or to the very client that calls it in vain, which then is connected to itself.
 * Thread-safe.
 */
public final class LoopbackPort {
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 10_000;
    private static final int USUAL_FIRST_EPHEMERAL = 32_768;
    private static final int ATTEMPTS = 1_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LoopbackPort() {}

    /**
     * A TCP port on which nobody listens, below those that the kernel gives out. It is given once in the life of a JVM.
     *
     * @throws IllegalStateException if there is none
     */
    public static int free() {
        int end = firstEphemeral();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (GIVEN.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port of 127.0.0.1 from " + LOWEST + " to " + end);
    }

    /** Where the kernel gives out low ports too, the usual range has to do. */
    private static int firstEphemeral() {
        // Read at once: the kernel gives nothing to a second read of such a file, and Files.readString begins with a
        // byte.
        try (BufferedReader range = Files.newBufferedReader(EPHEMERAL)) {
            int first = Integer.parseInt(String.valueOf(range.readLine()).split("\\s")[0]);
            return first > LOWEST ? first : USUAL_FIRST_EPHEMERAL;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + EPHEMERAL, e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
