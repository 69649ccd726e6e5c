package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Answer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.HttpRequest;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.MalformedRequest;
import dev.iambroker.server.http.RequestEvents;
import dev.iambroker.server.http.RequestParser;
import dev.iambroker.server.http.Witness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A request for a token that is there, from its bytes to those of its answer, without the kernel. */
@State(Scope.Thread)
public class ServeBenchmark {
    private static final byte[] REQUEST = """
            GET /v1/accounts/prod/token HTTP/1.1\r
            Host: localhost\r
            User-Agent: ibm-go-sdk-core/5.17.4\r
            Accept: application/json\r
            \r
            """.getBytes(StandardCharsets.US_ASCII);

    private final FakeBroker broker = new FakeBroker();
    private final HttpService service = TestServer.unixService(broker, RequestEvents.NONE);
    private final Client client = new Client();
    private final LoopShare loop = new LoopShare();
    private final Connection connection = new Connection(
            client, new EmbeddedChannel().eventLoop(), loop, 7, new RequestMemory(Set.of()), () -> {});
    private final ByteBuf request = Unpooled.directBuffer().writeBytes(REQUEST);
    private final RequestParser parser = new RequestParser();

    /** Sends the same whenever it is read, and takes what it is sent. */
    private static final class Client implements StreamSocket {
        private boolean isSent;
        private long bytes;

        @Override
        public int receive(ByteBuffer memory, int from, int to) {
            isSent = !isSent;
            if (!isSent) {
                return 0;
            }
            memory.put(from, REQUEST);
            return REQUEST.length;
        }

        @Override
        public int send(ByteBuffer memory, int from, int to) {
            bytes += to - from;
            return to - from;
        }

        @Override
        public void await(boolean input, boolean room) {}

        @Override
        public void endOutput() {}

        @Override
        public void close() {
            throw new IllegalStateException("ended");
        }
    }

    @Setup
    public void connect() {
        broker.orders = 1;
        ClientIdentity peer = ClientIdentity.ofPeer(new Peer(7, 7, Set.of(), 1, 1));
        connection.begin(service, Runnable::run, new Arrival(peer, Witness.BLIND));
        for (int i = 0; i < 3; i++) {
            connection.readable();
        }
    }

    /** As a connection is answered that asks for the same again and again. */
    @Benchmark
    public long repeated() {
        loop.turns().look();
        client.isSent = false;
        connection.readable();
        return client.bytes;
    }

    /** Each of them was answered. */
    @TearDown
    public void check() {
        if (!connection.isOpen() || client.bytes == 0) {
            throw new IllegalStateException("nothing was answered");
        }
    }

    @Benchmark
    public @Nullable HttpRequest parsed() throws MalformedRequest {
        request.readerIndex(0);
        return parser.next(request);
    }

    @Benchmark
    public int refused() {
        ByteBuf out = Unpooled.buffer(512, 512);
        Answer.crowded().writeTo(out, true);
        return out.readableBytes();
    }
}
