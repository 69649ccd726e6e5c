package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.Witness;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection whose client, kernel, event loop and time are the test's. */
final class ManualConnection implements StreamSocket {
    static final int UID = 7;
    private static final Arrival OWNER =
            new Arrival(ClientIdentity.ofPeer(new Peer(UID, UID, Set.of(), 1, 1)), Witness.BLIND);

    /** The memory that answers were sent from, from its first byte. */
    final List<ByteBuffer> answers = new ArrayList<>();

    /** The memory that requests were read into, from its first byte. */
    final List<ByteBuffer> requests = new ArrayList<>();

    final Connection connection;

    private final EmbeddedChannel loop;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private ByteBuffer coming = ByteBuffer.allocate(0);
    private boolean hasEnded;
    private boolean awaitsInput = true;
    private boolean awaitsRoom;
    private boolean isOpen = true;
    private boolean isOutputEnded;
    private int room = Integer.MAX_VALUE;
    private @Nullable IOException broken;

    private ManualConnection(EmbeddedChannel loop, LoopShare share, int user, RequestMemory memory) {
        this.loop = loop;
        this.connection = new Connection(this, loop.eventLoop(), share, user, memory, () -> {});
    }

    static ManualConnection to(HttpService service, Executor workers) {
        return to(service, workers, new LoopShare(), UID, new RequestMemory(Set.of()));
    }

    static ManualConnection to(HttpService service, Executor workers, LoopShare share, int user, RequestMemory memory) {
        EmbeddedChannel loop = new EmbeddedChannel();
        loop.freezeTime();
        var made = new ManualConnection(loop, share, user, memory);
        made.connection.begin(service, workers, OWNER);
        return made;
    }

    /** The client sends, and what can happen happens. */
    void send(String bytes) {
        arrive(bytes);
        run();
    }

    /** The client has sent, and the event loop looks once. */
    void arrive(String bytes) {
        byte[] more = bytes.getBytes(StandardCharsets.ISO_8859_1);
        coming = ByteBuffer.allocate(coming.remaining() + more.length)
                .put(coming)
                .put(more)
                .flip();
        look();
    }

    /** The client ends its sending side, and what can happen happens. */
    void endInput() {
        hasEnded = true;
        run();
    }

    /** As {@link #endInput}, and the event loop looks once. */
    void leave() {
        hasEnded = true;
        look();
    }

    /** The client goes: whoever reads or sends next learns of it. */
    void breakOff() {
        broken = new IOException("Connection reset by peer");
        run();
    }

    /** The kernel takes so many bytes more, and what can happen happens. */
    void room(int bytes) {
        room = bytes;
        run();
    }

    private void look() {
        if (isToldOfInput()) {
            connection.readable();
        }
    }

    /** All that the event loop has to do. */
    void run() {
        do {
            look();
            if (isOpen && awaitsRoom && room > 0) {
                connection.roomy();
            }
            loop.runPendingTasks();
        } while (loop.hasPendingTasks() || isToldOfInput());
    }

    private boolean isToldOfInput() {
        return isOpen && awaitsInput && (coming.hasRemaining() || hasEnded || broken != null);
    }

    /** Tasks that are due alone. */
    void runTasks() {
        loop.runPendingTasks();
    }

    void pass(Duration time) {
        loop.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runScheduledPendingTasks();
        run();
    }

    /** What the client got since it was last asked. */
    String received() {
        String text = sent.toString(StandardCharsets.UTF_8);
        sent.reset();
        return text;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Whether it is ended, as far as its client can tell. */
    boolean hasEnded() {
        return !isOpen || isOutputEnded;
    }

    boolean isRead() {
        return awaitsInput;
    }

    void end() {
        connection.close();
        loop.finishAndReleaseAll();
    }

    @Override
    public int receive(ByteBuffer memory, int from, int to) throws IOException {
        if (broken != null) {
            throw broken;
        }
        int bytes = Math.min(to - from, coming.remaining());
        for (int i = 0; i < bytes; i++) {
            memory.put(from + i, coming.get());
        }
        if (bytes > 0) {
            requests.add(memory.duplicate().position(0).limit(from + bytes));
        }
        return bytes == 0 && hasEnded ? -1 : bytes;
    }

    @Override
    public int send(ByteBuffer memory, int from, int to) throws IOException {
        if (broken != null) {
            throw broken;
        }
        answers.add(memory.duplicate().position(0).limit(to));
        int bytes = Math.min(room, to - from);
        for (int i = 0; i < bytes; i++) {
            sent.write(memory.get(from + i));
        }
        room -= bytes;
        return bytes;
    }

    @Override
    public void await(boolean input, boolean isRoomAwaited) {
        awaitsInput = input;
        awaitsRoom = isRoomAwaited;
    }

    @Override
    public void endOutput() {
        isOutputEnded = true;
    }

    @Override
    public void close() {
        isOpen = false;
    }
}
