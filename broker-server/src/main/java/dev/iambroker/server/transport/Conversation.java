package dev.iambroker.server.transport;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.secret.SecretWiped;
import dev.iambroker.server.http.Answer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.Awaited;
import dev.iambroker.server.http.Exchange;
import dev.iambroker.server.http.HttpRequest;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.MalformedRequest;
import dev.iambroker.server.http.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Serves one connection: one request after the other, in their order.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything here runs on the connection's event loop but {@link Exchange#later}, the one call that may block, which
 * runs on {@code workers}. While it does, no further request of this connection is begun, so answers keep their order;
 * what arrives meanwhile waits in {@code inbox} up to a limit, and then in the socket.
 *
 * <p>Whoever floods the loop, by many connections or by many requests on one, waits for a turn in the {@code line} of
 * that user, and is not read from meanwhile.
 *
 * <h2>Ends</h2>
 *
 * <p>A client that only ended its sending side still gets its answers. A connection that ends while the client may
 * still be sending is drained for a moment: closing it with bytes unread would reset it, and take the answer back.
 */
final class Conversation {
    /** From a request's first byte to its last, and to the very first byte: local clients need a millisecond. */
    static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    /** Between two requests: a little more than the minute for which HTTP clients commonly pool connections. */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

    /** A client that takes nothing off a full socket for so long is not coming back. */
    static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    /** How long a connection is drained that was ended here, once the client's kernel has all that it is owed. */
    static final Duration LINGER = Duration.ofSeconds(2);

    /**
     * At the end of the daemon, for a request that is on its way already: whoever has just connected, or asks one thing
     * after the other, sends within a millisecond, and would take a connection that ends unanswered for a failure.
     */
    static final Duration LAST_CALL = Duration.ofMillis(300);

    /** Pipelined requests that wait for the one before them; more stay in the socket. */
    static final int MAX_WAITING_BYTES = 128 * 1024;

    /** Requests of one connection that are answered before the others have their turn. */
    static final int TURN = 16;

    /** In place of an index, for a request of which some bytes are gone. */
    private static final int BEGUN_BEFORE = -1;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Connection connection;
    private final HttpService service;
    private final Executor workers;
    private final Arrival arrival;
    private final Watchdog watchdog;
    private final Landings landings;
    private final RequestParser parser = new RequestParser();
    private final Inbox inbox;
    private final Turns.Line line;
    private final SecretBuffers buffers;
    private final Runnable secretSent = this::secretSent;
    private final Repetition repetition = new Repetition();
    private Phase phase = Phase.READING;
    private Landings.@Nullable Wait wait;
    private boolean hasBegun;
    private boolean hasOutputEnded;
    private boolean isDraining;
    private boolean isInLine;
    private boolean isItsTurn;
    private int stepsOfTurn;
    private int beingAnswered;
    private int held;
    private int unsentSecrets;

    private enum Phase {
        READING,
        ANSWERING,
        CLOSING
    }

    Conversation(Connection connection, HttpService service, Executor workers, Arrival arrival, LoopShare loop) {
        this.connection = connection;
        this.service = service;
        this.workers = workers;
        this.arrival = arrival;
        this.watchdog = loop.deadlines().watchdog(connection.loop(), () -> connection.step(this::timedOut));
        this.landings = loop.landings();
        this.inbox = new Inbox(connection.alloc());
        this.line = loop.turns().join(connection.user());
        this.buffers = loop.answers();
    }

    void begin() {
        watchdog.set(READ_TIMEOUT);
    }

    /** Something is there to be read: now, or when it is this user's turn, so that who waits takes up no memory. */
    void readable() {
        waitUnlessFree();
        if (!isInLine) {
            connection.pull();
        }
    }

    /** Takes {@code bytes} over. */
    void received(ByteBuf bytes) {
        boolean isLast = isDraining && phase == Phase.ANSWERING;
        if (phase == Phase.CLOSING || isLast) {
            Wiped.release(bytes);
            line.spend(1);
            waitUnlessFree();
            return;
        }
        inbox.add(bytes);
        serve();
    }

    void inputEnded() {
        if (phase == Phase.CLOSING) {
            // What is owed is still on its way otherwise, and its end closes.
            if (hasOutputEnded) {
                connection.close();
            }
            return;
        }
        serve();
    }

    /** What has begun is answered, and so is what begins before the last call is over; then the connection ends. */
    void drain() {
        if (!isDraining) {
            isDraining = true;
            settle();
        }
    }

    void writabilityChanged() {
        if (phase == Phase.CLOSING) {
            return;
        }
        if (connection.isWritable()) {
            serve();
        } else {
            watchdog.set(WRITE_TIMEOUT);
        }
    }

    /** The connection is closed. */
    void ended() {
        phase = Phase.CLOSING;
        watchdog.close();
        if (wait != null) {
            wait.leave();
        }
        forgetRequests();
        line.leave();
    }

    private void serve() {
        if (!isItsTurn) {
            waitUnlessFree();
        }
        if (!isInLine) {
            int steps = Math.max(1, takeTurn());
            line.spend(steps);
            stepsOfTurn += steps;
        }
        afterTurn();
    }

    private void afterTurn() {
        inbox.wipeWhatWasRead();
        keepWithinMemory();
        settle();
    }

    /** How many requests were answered, or at least begun. */
    private int takeTurn() {
        int steps = 0;
        while (phase == Phase.READING && connection.isWritable()) {
            if (steps == TURN && !inbox.isEmpty()) {
                waitInLine();
                return steps;
            }
            if (!answerAgain() && !answerNext()) {
                return steps;
            }
            steps++;
        }
        return steps;
    }

    /** Whether the next request is the one that is repeated here; it is answered then. */
    private boolean answerAgain() {
        if (isDraining || !parser.isAtStart()) {
            return false;
        }
        Answer answer = repetition.answer(inbox.bytes());
        if (answer == null) {
            return false;
        }
        hasBegun = false;
        repetition.done(write(answer, true));
        return true;
    }

    /** Whether there was a whole request; it is answered, or will be. */
    private boolean answerNext() {
        int begin = parser.isAtStart() ? inbox.bytes().readerIndex() : BEGUN_BEFORE;
        HttpRequest request = nextRequest();
        if (request == null) {
            return false;
        }
        hasBegun = false;
        answer(request, begin);
        return true;
    }

    private void waitUnlessFree() {
        if (!isInLine && !line.isFree()) {
            waitInLine();
        }
    }

    private void waitInLine() {
        isInLine = true;
        connection.read(/* isWanted= */ false);
        if (phase == Phase.READING && !hasBegun && connection.isWritable()) {
            watchdog.clear();
        }
        line.add(this::nextTurn, connection.loop());
    }

    private int nextTurn() {
        isInLine = false;
        if (!connection.isOpen()) {
            return 0;
        }
        if (phase == Phase.CLOSING) {
            // Now: told by its socket later, it would find others in the line again, and stay open until it is timed
            // out.
            connection.read(/* isWanted= */ true);
            connection.step(connection::pull);
            return 1;
        }
        isItsTurn = true;
        stepsOfTurn = 0;
        connection.step(this::takeTurnOfItsOwn);
        isItsTurn = false;
        return stepsOfTurn;
    }

    private void takeTurnOfItsOwn() {
        stepsOfTurn = takeTurn();
        afterTurn();
        if (stepsOfTurn == 0) {
            // It was not read before it came into the line.
            connection.pull();
        }
        connection.flush();
    }

    private @Nullable HttpRequest nextRequest() {
        try {
            HttpRequest request = parser.next(inbox.bytes());
            if (request == null) {
                judge(parser.takeHead());
            }
            return request;
        } catch (MalformedRequest malformed) {
            refuse(malformed.answer());
            return null;
        }
    }

    /** Before the body: whoever may not speak here may not fill memory either. */
    private void judge(@Nullable HttpRequest head) {
        if (head == null) {
            return;
        }
        Answer refusal = service.begin(head, arrival).refusal();
        if (refusal != null) {
            refuse(refusal);
        } else if (parser.takeContinueDue()) {
            connection.write(Unpooled.directBuffer(CONTINUE.length).writeBytes(CONTINUE));
            connection.flush();
        }
    }

    /** @param begin where its bytes begin in the inbox */
    private void answer(HttpRequest request, int begin) {
        Exchange exchange = service.begin(request, arrival);
        Answer answer = exchange.now();
        if (answer != null) {
            noteRepeats(exchange, answer, begin);
            send(exchange, answer, request.keepAlive());
            return;
        }
        inbox.wipeWhatWasRead();
        beingAnswered = request.size();
        if (!fitsIntoMemory()) {
            beingAnswered = 0;
            send(exchange, Answer.crowded(), request.keepAlive());
            return;
        }
        phase = Phase.ANSWERING;
        connection.busy(true);
        watchdog.clear();
        Awaited awaited = exchange.awaited();
        if (awaited == null) {
            hop(exchange, request.keepAlive());
        } else {
            await(awaited, exchange, request.keepAlive());
        }
    }

    /** In this user's turn, when it is over: thousands may wait for the same. */
    private void await(Awaited awaited, Exchange exchange, boolean keepAlive) {
        EventExecutor loop = connection.loop();
        wait = landings.await(
                awaited.landing(), awaited.patience(), () -> line.add(() -> landed(exchange, keepAlive), loop), loop);
    }

    private int landed(Exchange exchange, boolean keepAlive) {
        if (phase == Phase.ANSWERING) {
            connection.step(() -> answerLanded(exchange, keepAlive));
        }
        return 1;
    }

    private void answerLanded(Exchange exchange, boolean keepAlive) {
        wait = null;
        Answer answer = exchange.landed();
        if (answer == null) {
            hop(exchange, keepAlive);
        } else {
            answered(exchange, answer, keepAlive);
        }
    }

    private void noteRepeats(Exchange exchange, Answer answer, int begin) {
        if (begin != BEGUN_BEFORE && answer.holdsSecret()) {
            ByteBuf bytes = inbox.bytes();
            repetition.heard(bytes.slice(begin, bytes.readerIndex() - begin), exchange);
        }
    }

    private void hop(Exchange exchange, boolean keepAlive) {
        try {
            workers.execute(() -> {
                Answer answer = exchange.later();
                connection.later(() -> answered(exchange, answer, keepAlive));
            });
        } catch (RejectedExecutionException e) {
            answered(exchange, Answer.stopping(), false);
        }
    }

    private void answered(Exchange exchange, Answer answer, boolean keepAlive) {
        if (phase != Phase.ANSWERING) {
            // The client left meanwhile; nothing is put into a buffer for it.
            exchange.done(answer);
            return;
        }
        phase = Phase.READING;
        beingAnswered = 0;
        connection.busy(false);
        send(exchange, answer, keepAlive);
        serve();
        connection.flush();
    }

    private void send(Exchange exchange, Answer answer, boolean keepAlive) {
        boolean staysOpen = keepAlive && !isDraining && !exchange.isLast();
        exchange.done(write(exchange.unlessLocked(answer), staysOpen));
        if (!staysOpen) {
            close();
        }
    }

    private void refuse(Answer answer) {
        write(answer, false);
        service.malformed(answer);
        close();
    }

    /** What was sent: {@code answer}, unless its secret is gone. */
    @CanIgnoreReturnValue
    private Answer write(Answer answer, boolean keepAlive) {
        if (answer.holdsSecret()) {
            return writeSecret(answer, keepAlive);
        }
        ByteBuf out = connection.alloc().directBuffer(answer.sizeHint());
        answer.writeTo(out, keepAlive);
        connection.write(out);
        return answer;
    }

    private Answer writeSecret(Answer answer, boolean keepAlive) {
        unsentSecrets++;
        ByteBuf out = buffers.take(connection.alloc(), answer.sizeHint(), secretSent);
        try {
            answer.writeTo(out, keepAlive);
        } catch (SecretWiped e) {
            out.release();
            return write(Answer.withdrawn(), keepAlive);
        }
        connection.write(out);
        return answer;
    }

    /** Or lost. */
    private void secretSent() {
        unsentSecrets--;
    }

    /** No secret leaves any more that has not left already. */
    void withdraw() {
        repetition.forget();
        if (unsentSecrets > 0) {
            connection.close();
        }
    }

    private void keepWithinMemory() {
        if (phase == Phase.CLOSING || fitsIntoMemory()) {
            return;
        }
        if (phase == Phase.READING) {
            refuse(Answer.crowded());
            return;
        }
        // The request that was taken up is owed an answer; what came behind it is not.
        isDraining = true;
        inbox.drop();
        fitsIntoMemory();
    }

    @CanIgnoreReturnValue
    private boolean fitsIntoMemory() {
        int now = inbox.bytes().capacity() + parser.held() + beingAnswered;
        if (now == held) {
            return true;
        }
        boolean fits = connection.holds(now);
        held = fits ? now : held;
        return fits;
    }

    private void forgetRequests() {
        repetition.forget();
        inbox.drop();
        held = 0;
        connection.holds(0);
    }

    /** After every step: what to wait for next, and for how long. */
    private void settle() {
        if (phase == Phase.CLOSING) {
            return;
        }
        if (phase == Phase.READING && connection.isWritable() && !isInLine) {
            awaitInput();
        }
        boolean wantsInput = inbox.bytes().readableBytes() < MAX_WAITING_BYTES && connection.isWritable() && !isInLine;
        connection.read(wantsInput);
    }

    private void awaitInput() {
        if (connection.hasInputEnded()) {
            close();
            return;
        }
        boolean begun = parser.isMidRequest() || !inbox.isEmpty();
        if (!begun) {
            watchdog.set(isDraining ? LAST_CALL : IDLE_TIMEOUT);
        } else if (!hasBegun) {
            // Counted from the request's first byte: a byte now and then does not buy more time.
            watchdog.set(READ_TIMEOUT);
        }
        hasBegun = begun;
    }

    private void timedOut() {
        if (phase == Phase.READING && hasBegun && connection.isWritable()) {
            refuse(Answer.requestTimeout());
            return;
        }
        connection.close();
    }

    private void close() {
        phase = Phase.CLOSING;
        forgetRequests();
        watchdog.set(WRITE_TIMEOUT);
        connection.read(!isInLine);
        connection.finish();
    }

    /** All that was owed is with the kernel. */
    void outputEnded() {
        hasOutputEnded = true;
        if (connection.hasInputEnded()) {
            connection.close();
            return;
        }
        watchdog.set(LINGER);
        connection.endOutput();
    }
}
