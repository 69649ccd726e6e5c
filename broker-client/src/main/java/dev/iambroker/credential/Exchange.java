package dev.iambroker.credential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, on a thread of its own: the main thread waits for it no longer than the deadline, whatever
 * it hangs in. Its fields are read by the main thread only after it has ended.
 */
final class Exchange extends Thread {

    /** What the daemon takes as a body. */
    private static final int EXEC_INFO_MAX = 64 * 1024;

    private static final int CHUNK = 16 * 1024;

    private final Options options;
    private final Environment environment;
    private byte[] received = new byte[CHUNK];
    private int length;
    private @Nullable Answer answer;
    private @Nullable Failure failure;

    Exchange(Options options, Environment environment) {
        super("exchange");
        setDaemon(true);
        this.options = options;
        this.environment = environment;
    }

    @Override
    public void run() {
        try {
            answer = exchange();
        } catch (Failure ended) {
            failure = ended;
        }
    }

    /** The answer after the thread has ended. */
    Answer answer() throws Failure {
        if (failure != null) {
            throw failure;
        }
        if (answer == null) {
            throw new Failure(Failure.OTHER, "the exchange with the daemon ended without a result");
        }
        return answer;
    }

    /** The bytes that {@link #answer} points into. */
    byte[] received() {
        return received;
    }

    void wipe() {
        Arrays.fill(received, (byte) 0);
    }

    private Answer exchange() throws Failure {
        byte[] execInfo = environment.bytes("KUBERNETES_EXEC_INFO");
        byte[] body = execInfo == null ? new byte[0] : execInfo;
        if (body.length > EXEC_INFO_MAX) {
            throw new Failure(Failure.USAGE, "KUBERNETES_EXEC_INFO is larger than the 64 KiB that the daemon takes");
        }
        SocketChannel channel = BrokerSocket.find(options, environment).connect();
        try (channel) {
            send(channel, body);
            return receive(channel);
        } catch (BadAnswer bad) {
            throw new Failure(
                    Failure.OTHER,
                    new Line()
                            .add("the daemon's answer cannot be used, ")
                            .add(bad.trouble())
                            .add(": check that the socket is the broker's, and see its log"));
        } catch (IOException closing) {
            throw new Failure(Failure.OTHER, "the connection to the daemon could not be closed");
        }
    }

    /** When the daemon hangs up meanwhile it may have answered before it did, so the answer is read all the same. */
    private void send(SocketChannel channel, byte[] body) {
        Line head = head(body.length);
        ByteBuffer[] request = {ByteBuffer.wrap(head.bytes(), 0, head.length()), ByteBuffer.wrap(body)};
        try {
            while (request[0].hasRemaining() || request[1].hasRemaining()) {
                channel.write(request);
            }
        } catch (IOException hungUp) {
            return;
        }
    }

    private Line head(int bodyLength) {
        Line head = new Line().add("POST /v1/kube-credential");
        char separator = '?';
        separator = parameter(head, separator, "account=", options.account());
        separator = parameter(head, separator, "cluster=", options.cluster());
        if (options.waitSeconds() >= 0) {
            parameter(head, separator, "wait=", Integer.toString(options.waitSeconds()));
        }
        return head.add(" HTTP/1.1\r\nHost: localhost\r\nUser-Agent: iam-broker-credential/")
                .add(Version.VERSION)
                .add("\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ")
                .number(bodyLength)
                .add("\r\n\r\n");
    }

    /** Returns the separator before the next parameter. */
    private static char parameter(Line head, char separator, String name, @Nullable String value) {
        if (value == null) {
            return separator;
        }
        head.add(separator == '?' ? "?" : "&").add(name).encoded(value);
        return '&';
    }

    private Answer receive(SocketChannel channel) throws Failure, BadAnswer {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        Answer read = null;
        while (read == null) {
            boolean atEnd = !receiveSome(channel, chunk);
            if (atEnd && length == 0) {
                throw new Failure(Failure.OTHER, "the daemon closed the connection without an answer: see its log");
            }
            read = Answer.read(received, length, atEnd);
        }
        chunk.clear().put(new byte[CHUNK]);
        return read;
    }

    /** False at the end of the connection. */
    private boolean receiveSome(SocketChannel channel, ByteBuffer chunk) {
        chunk.clear();
        int got;
        try {
            got = channel.read(chunk);
        } catch (IOException reset) {
            return false;
        }
        if (got < 0) {
            return false;
        }
        makeRoom(got);
        chunk.flip().get(received, length, got);
        length += got;
        return true;
    }

    private void makeRoom(int added) {
        if (length + added <= received.length) {
            return;
        }
        byte[] before = received;
        received = Arrays.copyOf(before, Math.max(before.length * 2, length + added));
        Arrays.fill(before, (byte) 0);
    }
}
