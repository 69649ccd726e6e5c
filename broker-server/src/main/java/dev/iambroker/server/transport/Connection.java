package dev.iambroker.server.transport;

import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.HttpService;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: moves bytes between its socket and its {@link Conversation}, and takes room while it does.
 * Confined to its event loop, but for what says otherwise.
 */
final class Connection implements ConnectionLimits.Place {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** What is read in one step is taken from the time of all; the largest body takes a few of them. */
    private static final int LARGEST_READ = 16 * 1024;

    /** Reads before the others have their turn. */
    private static final int MOST_READS = 4;

    /** Memory of answers that wait for the client: of thirty pipelined tokens, then no more requests are begun. */
    private static final int MOST_UNSENT = 256 * 1024;

    /** From here on it goes on; and what gathers until then is sent, so that answers to a pipeline share a few buffers. */
    private static final int FEW_UNSENT = 64 * 1024;

    private final StreamSocket socket;
    private final EventExecutor loop;
    private final LoopShare share;
    private final int user;
    private final RequestMemory memory;
    private final Runnable whenEnded;
    private final Outbox outbox;
    private @Nullable Conversation conversation;
    private boolean isOpen = true;
    private boolean isReading = true;
    private boolean hasInputEnded;
    private boolean isWritable = true;
    private boolean isFlushing;
    private boolean isFinishing;
    private int heldOfRequests;
    private int heldUnsent;
    private volatile boolean isBusy;

    /**
     * @param user against whose limits it counts
     * @param whenEnded runs once, when it is closed
     */
    Connection(
            StreamSocket socket,
            EventExecutor loop,
            LoopShare share,
            int user,
            RequestMemory memory,
            Runnable whenEnded) {
        this.socket = socket;
        this.loop = loop;
        this.share = share;
        this.user = user;
        this.memory = memory;
        this.whenEnded = whenEnded;
        this.outbox = new Outbox(socket);
    }

    /** Serves it from now on. */
    void begin(HttpService service, Executor workers, Arrival arrival) {
        if (isOpen) {
            conversation = new Conversation(this, service, workers, arrival, share);
            conversation.begin();
        }
    }

    EventExecutor loop() {
        return loop;
    }

    int user() {
        return user;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Whether there is room for more answers. */
    boolean isWritable() {
        return isOpen && isWritable;
    }

    /** Says whether it is to be read; what comes meanwhile stays in the socket. */
    void read(boolean isWanted) {
        if (isReading != isWanted) {
            isReading = isWanted;
            awaitEvents();
        }
    }

    private void awaitEvents() {
        if (isOpen) {
            socket.await(isReading && !hasInputEnded, !outbox.isEmpty());
        }
    }

    /** There is something to be read, or the end of it. */
    void readable() {
        try {
            if (conversation != null && isOpen) {
                conversation.readable();
            }
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    /** There is room for what could not be sent. */
    void roomy() {
        step(this::flush);
    }

    /** Reads what is there, for the conversation. */
    void pull() {
        int most = LoopShare.REQUEST_BYTES;
        for (int reads = 0; reads < MOST_READS && isOpen && !hasInputEnded; reads++) {
            if (pull(most) < most) {
                break;
            }
            most = LARGEST_READ;
            if (!isReading) {
                break;
            }
        }
        flush();
    }

    /** How many bytes there were. */
    private int pull(int most) {
        ByteBuf bytes = most > LoopShare.REQUEST_BYTES
                ? alloc().directBuffer(most, most)
                : share.requests().take(alloc(), most, null);
        int read = receive(bytes, most);
        if (read > 0 && conversation != null) {
            conversation.received(bytes.writerIndex(read));
            return read;
        }
        bytes.release();
        if (read < 0) {
            endInput();
        }
        return 0;
    }

    /** -1 at the end, and where the connection broke. */
    private int receive(ByteBuf bytes, int most) {
        ByteBuffer memory = bytes.internalNioBuffer(0, most);
        try {
            return socket.receive(memory, memory.position(), memory.limit());
        } catch (IOException e) {
            broke(e);
            return 0;
        }
    }

    private void endInput() {
        hasInputEnded = true;
        if (conversation != null) {
            conversation.inputEnded();
        }
        awaitEvents();
    }

    /** Takes {@code answer} over, to be sent with the next {@link #flush}. */
    void write(ByteBuf answer) {
        if (!isOpen) {
            answer.release();
            return;
        }
        outbox.add(answer);
        if (outbox.size() >= FEW_UNSENT) {
            flush();
        }
        if (isWritable && outbox.size() > MOST_UNSENT) {
            isWritable = false;
            if (conversation != null) {
                conversation.writabilityChanged();
            }
        }
    }

    /** Sends what the kernel has room for; the rest goes when it has. */
    void flush() {
        if (isFlushing || !isOpen) {
            return;
        }
        isFlushing = true;
        try {
            do {
                outbox.send();
            } while (resumed());
            awaitEvents();
            keepUnsentWithinMemory();
        } catch (IOException e) {
            broke(e);
        } finally {
            isFlushing = false;
        }
        if (isFinishing && isOpen && outbox.isEmpty()) {
            isFinishing = false;
            allSent();
        }
    }

    /** Anybody may ask for answers and take none: where all memory is held, whoever wants more of it is not coming back. */
    private void keepUnsentWithinMemory() {
        int now = outbox.size();
        if (now == heldUnsent) {
            return;
        }
        if (memory.hold(user, this, heldOfRequests + now)) {
            heldUnsent = now;
        } else {
            close();
        }
    }

    /** Whether there is more to send, as there was room again. */
    private boolean resumed() {
        if (isWritable || outbox.size() > FEW_UNSENT || conversation == null) {
            return false;
        }
        isWritable = true;
        conversation.writabilityChanged();
        return !outbox.isEmpty();
    }

    /** Sends what there is, and tells the conversation when the kernel has all of it. */
    void finish() {
        isFinishing = true;
        flush();
    }

    private void allSent() {
        if (conversation != null) {
            conversation.outputEnded();
        }
    }

    /** Tells the client that no more comes. */
    void endOutput() {
        try {
            socket.endOutput();
        } catch (IOException e) {
            broke(e);
        }
    }

    boolean hasInputEnded() {
        return hasInputEnded;
    }

    ByteBufAllocator alloc() {
        return ByteBufAllocator.DEFAULT;
    }

    private void broke(IOException e) {
        log.debug("a client went away: {}", e.getMessage());
        close();
    }

    /** Takes a step whose failure ends this connection, and no other. */
    void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        log.error("a connection failed", e);
        close();
    }

    void close() {
        socket.close();
        ended();
    }

    /** The socket is closed. */
    void ended() {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        outbox.drop();
        heldUnsent = 0;
        if (conversation != null) {
            conversation.ended();
        }
        whenEnded.run();
    }

    /** Whether it may hold so many bytes of requests; from then on it does. */
    boolean holds(int bytes) {
        boolean fits = memory.hold(user, this, bytes + heldUnsent);
        heldOfRequests = fits ? bytes : heldOfRequests;
        return fits;
    }

    /** Notes that somebody waits for an answer on it, or no longer does. */
    void busy(boolean nowBusy) {
        isBusy = nowBusy;
    }

    /** Thread-safe. */
    @Override
    public boolean isBusy() {
        return isBusy;
    }

    /** Thread-safe. */
    @Override
    public void giveUp() {
        later(this::close);
    }

    /** Takes {@code step} on the event loop. Thread-safe. */
    void later(Runnable step) {
        try {
            loop.execute(() -> step(step));
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and every connection with it.
            return;
        }
    }

    /** Has it end as soon as it owes no answer. Thread-safe. */
    void drain() {
        later(this::drainNow);
    }

    void drainNow() {
        if (conversation != null) {
            conversation.drain();
        }
    }

    /** Has it send no secret any more. Thread-safe; done when the future is. */
    Future<?> withdraw() {
        return loop.submit(() -> {
            if (conversation != null) {
                conversation.withdraw();
            }
        });
    }
}
