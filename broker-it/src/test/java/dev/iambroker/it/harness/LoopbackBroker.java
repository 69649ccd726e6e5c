package dev.iambroker.it.harness;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A broker with the account {@code prod}, which a client {@code ci} may have with its secret over loopback HTTP; and one,
 * {@code dev}, that this client has no right on. Whoever has it closes it.
 */
public final class LoopbackBroker implements AutoCloseable {
    public static final String SECRET = "a-secret-of-the-ci-client";

    private static final int PATIENCE_MILLIS = 30_000;

    private final EmulatedCloud cloud;
    private final Workplace place;
    private final Daemon daemon;
    private final int port;

    private LoopbackBroker(EmulatedCloud cloud, Workplace place, Daemon daemon, int port) {
        this.cloud = cloud;
        this.place = place;
        this.daemon = daemon;
        this.port = port;
    }

    public static LoopbackBroker start() throws IOException, InterruptedException {
        EmulatedCloud cloud = SampleCloud.start();
        Workplace place = Workplace.create();
        int port = LoopbackPort.free();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.secret("ci-secret", SECRET);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                clients:
                  - { name: ci, match: { secret: { file: ci-secret } }, allow: [ "access:prod" ] }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        place.configureMore("  http: { address: 127.0.0.1:" + port + ", open: [livez, readyz] }\n");
        return new LoopbackBroker(cloud, place, place.serve(), port);
    }

    public int port() {
        return port;
    }

    public EmulatedCloud cloud() {
        return cloud;
    }

    public Workplace place() {
        return place;
    }

    public Daemon daemon() {
        return daemon;
    }

    /** Sends {@code bytes}, as ISO 8859-1, over one connection and reads until the broker closes it. */
    public String exchange(String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }
}
