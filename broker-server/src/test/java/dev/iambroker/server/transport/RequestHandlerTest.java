package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.HttpService;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RequestHandlerTest {
    private static final String TOKEN = "GET /v1/accounts/prod/token HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final Arrival OWNER = new Arrival(ClientIdentity.ofPeer(new Peer(7, 7, Set.of(), 1, 1)), 0);

    private static final int UID = 7;

    private final LoopShare loop = new LoopShare();
    private final Turns turns = loop.turns();
    private final RequestMemory memory = new RequestMemory(Set.of());
    private final FakeBroker broker = new FakeBroker();
    private final List<String> done = new ArrayList<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final HttpService service =
            TestServer.unixService(broker, (route, client, status, nanos) -> done.add(route + " " + status));
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private EmbeddedChannel channel = new EmbeddedChannel();

    /** Stands for the handlers before: knows who it is. */
    private final class Known extends ChannelInboundHandlerAdapter {
        private final int user;

        Known() {
            this(UID);
        }

        Known(int user) {
            this.user = user;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.channel().attr(Arrivals.KEY).set(OWNER);
            ctx.channel().attr(ChannelPlace.KEY).set(new ChannelPlace(ctx.channel(), user, memory));
        }
    }

    /** Stands for the kernel, which takes a copy of what is sent; keeps an eye on the memory that it came in. */
    private final class Kernel extends ChannelOutboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            if (bytes.isReadable()) {
                buffers.add(bytes.nioBuffer(0, bytes.writerIndex()));
            }
            ctx.write(bytes.copy(), promise);
            bytes.release();
        }
    }

    @BeforeEach
    void connect() {
        channel = new EmbeddedChannel(new Kernel(), new Known(), new RequestHandler(service, waiting::add, loop));
        channel.freezeTime();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(channel.finishAndReleaseAll()).isFalse();
    }

    private void send(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    private String received() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }
        return text.toString();
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    private void runOneWaiting() {
        Objects.requireNonNull(waiting.poll()).run();
        channel.runPendingTasks();
    }

    private static int answersIn(String text) {
        return text.split("HTTP/1.1 200 OK", -1).length - 1;
    }

    @Test
    void request_byteByByte_answeredAtTheLast() {
        for (int i = 0; i < TOKEN.length(); i++) {
            assertThat(received()).isEmpty();
            send(TOKEN.substring(i, i + 1));
        }

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains(FakeBroker.TOKEN);
        assertThat(done).containsExactly("/v1/accounts/{a}/token 200");
        assertThat(channel.isOpen()).isTrue();
    }

    /** The allocator gives the memory to whoever asks next, as it is. */
    @Test
    void token_sentOrLost_itsBufferIsOverwritten() {
        send(TOKEN);
        assertThat(received()).contains(FakeBroker.TOKEN);
        assertThat(buffers).singleElement().satisfies(RequestHandlerTest::isOverwritten);
    }

    @Test
    void token_clientGoneBeforeItIsSent_itsBufferIsOverwritten() {
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ((ByteBuf) message).release();
                promise.setFailure(new ClosedChannelException());
            }
        });
        send(TOKEN);
        assertThat(received()).isEmpty();
        assertThat(buffers).singleElement().satisfies(RequestHandlerTest::isOverwritten);
    }

    @Test
    void requestWithAClientSecret_answered_itsBufferIsOverwritten() {
        String request = TOKEN.replace("\r\n\r\n", "\r\nAuthorization: Bearer " + TestServer.SECRET + "\r\n\r\n");
        ByteBuf bytes = Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1);
        ByteBuffer memory = bytes.nioBuffer(0, bytes.writerIndex());
        channel.writeInbound(bytes);

        assertThat(received()).startsWith("HTTP/1.1 200 OK");
        isOverwritten(memory);
        assertThat(channel.isOpen()).isTrue();
    }

    private static void isOverwritten(ByteBuffer memory) {
        assertThat(memory.limit()).isPositive();
        for (int at = 0; at < memory.limit(); at++) {
            assertThat(memory.get(at)).isZero();
        }
    }

    /** As a lock does, while the answer is on its way. */
    @Test
    void tokenWithdrawn_warmOrNot_503AndStaysOpen() {
        send(TOKEN);
        assertThat(received()).contains(FakeBroker.TOKEN);
        broker.grant.token().wipe();
        send(TOKEN);
        assertThat(received()).startsWith("HTTP/1.1 503 ").contains("try again").doesNotContain(FakeBroker.TOKEN);

        broker.isWarm = false;
        send(TOKEN);
        runOneWaiting();
        assertThat(received()).startsWith("HTTP/1.1 503 ");
        assertThat(channel.isOpen()).isTrue();
        assertThat(done).endsWith("/v1/accounts/{a}/token 503", "/v1/accounts/{a}/token 503");
    }

    @Test
    void token_brokerLockedBeforeItIsWritten_423() {
        broker.isWarm = false;
        send(TOKEN);
        broker.isLocked = true;
        runOneWaiting();
        assertThat(received()).startsWith("HTTP/1.1 423 ").doesNotContain(FakeBroker.TOKEN);

        broker.isWarm = true;
        send(TOKEN + LIVEZ);
        assertThat(received()).startsWith("HTTP/1.1 423 ").contains("\"ready\"").doesNotContain(FakeBroker.TOKEN);
    }

    @Test
    void pipelined_warm_allAnswered() {
        send(TOKEN.repeat(64));

        assertThat(answersIn(received())).isEqualTo(64);
    }

    /** Whoever pipelines thousands must not keep the loop to itself. */
    @Test
    void pipelined_many_aFewPerTurn() {
        ByteBuf bytes = Unpooled.copiedBuffer(LIVEZ.repeat(100), StandardCharsets.ISO_8859_1);

        channel.pipeline().fireChannelRead(bytes);
        assertThat(done).hasSize(Conversation.TURN);
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.runPendingTasks();

        assertThat(answersIn(received())).isEqualTo(100);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    /** One user's many connections, all with requests at the same moment, and one of another user. */
    @Test
    void flood_ofOneUsersConnections_anotherIsAnsweredAmongTheFirst() {
        List<EmbeddedChannel> flood = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            EmbeddedChannel one = new EmbeddedChannel(new Known(), new RequestHandler(service, waiting::add, loop));
            flood.add(one);
            one.pipeline().fireChannelRead(Unpooled.copiedBuffer(LIVEZ.repeat(10), StandardCharsets.US_ASCII));
        }
        assertThat(done).hasSizeBetween(Turns.STEPS, Turns.STEPS + Conversation.TURN);
        assertThat(flood.getLast().config().isAutoRead()).isFalse();

        EmbeddedChannel other =
                new EmbeddedChannel(new Known(UID + 1), new RequestHandler(service, waiting::add, loop));
        other.pipeline().fireChannelRead(Unpooled.copiedBuffer(TOKEN, StandardCharsets.US_ASCII));
        assertThat(done).last().isEqualTo("/v1/accounts/{a}/token 200");

        for (int i = 0; i < 20; i++) {
            flood.forEach(EmbeddedChannel::runPendingTasks);
        }
        assertThat(done).hasSize(1001);
        assertThat(flood).allMatch(one -> one.config().isAutoRead());
        flood.forEach(EmbeddedChannel::finishAndReleaseAll);
        other.finishAndReleaseAll();
    }

    /** What is thrown away unread costs time too. */
    @Test
    void flood_afterItsConnectionWasEnded_isNotReadOutOfTurn() {
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                // The client takes nothing.
                ((ByteBuf) message).release();
            }
        });
        send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        for (int i = 1; i < Turns.STEPS; i++) {
            assertThat(channel.config().isAutoRead()).isTrue();
            channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(LIVEZ, StandardCharsets.US_ASCII));
        }
        assertThat(channel.config().isAutoRead()).isFalse();

        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
        // Its answer is still owed: that is not cut off before a client counts as gone.
        pass(Conversation.LINGER);
        assertThat(channel.isOpen()).isTrue();
        pass(Conversation.WRITE_TIMEOUT.minus(Conversation.LINGER));
        assertThat(channel.isOpen()).isFalse();
    }

    /** Whoever goes while nothing is read of it must not fill the log. */
    @Test
    void clientGone_foundOutAsItIsReadAgain_closedWithoutALine() {
        try (var log = new CapturedLog(RequestHandler.class)) {
            channel.pipeline().fireExceptionCaught(new UncheckedIOException(new IOException("epoll_ctl")));
            assertThat(channel.isOpen()).isFalse();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void waitsForItsTurn_clientLeaves_nothingIsAnswered() {
        channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(LIVEZ.repeat(100), StandardCharsets.US_ASCII));
        channel.unsafe().close(channel.newPromise());
        channel.runPendingTasks();

        assertThat(done).hasSize(Conversation.TURN);
        received();
    }

    /** A request whose end is missing has its time, whatever else its user sends. */
    @Test
    void waitsForItsTurn_requestBegunBefore_keepsItsDeadline() {
        send(TOKEN.substring(0, 20));
        turns.join(UID).spend(Turns.STEPS);
        pass(Conversation.READ_TIMEOUT.minusSeconds(1));
        send(TOKEN.substring(20, 21));
        assertThat(channel.isOpen()).isTrue();
        pass(Duration.ofSeconds(2));

        assertThat(received()).startsWith("HTTP/1.1 408 ");
    }

    @Test
    void pipelined_inputEndsBeforeTheirTurn_allAnsweredThenClosed() {
        ByteBuf bytes = Unpooled.copiedBuffer(LIVEZ.repeat(100), StandardCharsets.ISO_8859_1);
        channel.pipeline().fireChannelRead(bytes);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();

        assertThat(answersIn(received())).isEqualTo(100);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void bodyNeverWhole_memoryUsedUp_503AndClosedAndGivenBack() {
        String chunked = "POST /v1/kube-credential HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        takeAllMemoryBut(48 * 1024);
        send(chunked + "4000\r\n" + "x".repeat(0x4000) + "\r\n");
        assertThat(received()).isEmpty();
        assertThat(memory.held()).isGreaterThan(RequestMemory.PER_USER - 16 * 1024);

        send("4000\r\n" + "x".repeat(0x4000) + "\r\n");

        assertThat(received())
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: 1", "Connection: close", "overloaded");
        assertThat(memory.held()).isEqualTo(RequestMemory.PER_USER - 48 * 1024);
    }

    @Test
    void bodyOfKnownSizeNeverWhole_memoryUsedUp_503AndClosed() {
        takeAllMemoryBut(1024);
        send("POST /v1/kube-credential HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(4000));
        assertThat(received()).startsWith("HTTP/1.1 503 ").contains("Connection: close");
    }

    @Test
    void answerAwaited_memoryUsedUpByWhatFollows_answeredThenClosed() {
        broker.isWarm = false;
        takeAllMemoryBut(1024);
        send(TOKEN);
        send(LIVEZ.repeat(1000));
        assertThat(memory.held()).isLessThanOrEqualTo(RequestMemory.PER_USER);

        runOneWaiting();

        assertThat(answersIn(received())).isEqualTo(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void requestsWhole_memoryUsedUp_areAnswered() {
        takeAllMemoryBut(1);
        send(LIVEZ + LIVEZ);
        assertThat(answersIn(received())).isEqualTo(2);
        assertThat(channel.isOpen()).isTrue();
    }

    private void takeAllMemoryBut(int bytes) {
        ChannelPlace other = new ChannelPlace(channel, UID, memory);
        assertThat(memory.hold(UID, other, RequestMemory.PER_USER - bytes)).isTrue();
    }

    /** What a lock came before must not leave after it. */
    @Test
    void secretsNotYetTaken_withdrawn_closedAndOverwritten() {
        List<ByteBuf> kept = new ArrayList<>();
        String kernel = channel.pipeline().context(Kernel.class).name();
        channel.pipeline().addAfter(kernel, "full", new ChannelOutboundHandlerAdapter() {
            private final List<ChannelPromise> full = new ArrayList<>();

            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ByteBuf bytes = (ByteBuf) message;
                buffers.add(bytes.nioBuffer(0, bytes.writerIndex()));
                kept.add(bytes);
                full.add(promise);
            }

            @Override
            @SuppressWarnings("FutureReturnValueIgnored")
            public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                full.forEach(waiting -> waiting.setFailure(new ClosedChannelException()));
                kept.forEach(ByteBuf::release);
                ctx.close(promise);
            }
        });
        send(TOKEN);
        channel.pipeline().fireUserEventTriggered(RequestHandler.Withdraw.EVENT);

        assertThat(channel.isOpen()).isFalse();
        assertThat(buffers).singleElement().satisfies(RequestHandlerTest::isOverwritten);
    }

    @Test
    void nothingSecretUnsent_withdrawn_staysOpen() {
        send(TOKEN + LIVEZ);
        channel.pipeline().fireUserEventTriggered(RequestHandler.Withdraw.EVENT);
        assertThat(answersIn(received())).isEqualTo(2);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void pipelined_oneBlocks_laterOnesWaitForIt() {
        broker.isWarm = false;
        send(LIVEZ + TOKEN + LIVEZ);
        assertThat(received()).contains("\"ready\"").doesNotContain("access_token");

        runOneWaiting();

        assertThat(received()).startsWith("HTTP/1.1 200 OK").containsSubsequence("access_token", "\"ready\"");
        assertThat(waiting).isEmpty();
    }

    @Test
    void blocked_timePasses_staysOpen() {
        broker.isWarm = false;
        send(TOKEN);

        pass(Duration.ofMinutes(5));

        assertThat(channel.isOpen()).isTrue();
        runOneWaiting();
        assertThat(answersIn(received())).isEqualTo(1);
    }

    @Test
    void blocked_clientLeaves_nothingWritten() {
        broker.isWarm = false;
        send(TOKEN);
        assertThat(channel.close().isSuccess()).isTrue();

        runOneWaiting();

        assertThat(received()).isEmpty();
        assertThat(done).containsExactly("/v1/accounts/{a}/token 200");
    }

    @Test
    void blocked_brokerThrowsError_500() {
        broker.isWarm = false;
        broker.blocking = () -> {
            throw new AssertionError("broken");
        };
        send(TOKEN);

        runOneWaiting();

        assertThat(received()).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void blocked_muchArrives_readingStopsAndResumes() {
        broker.isWarm = false;
        send(TOKEN);
        // Few and long: the turns of an embedded channel nest, each within the flush of the one before.
        String padded = LIVEZ.replace("\r\n\r\n", "\r\nX-Padding: " + "x".repeat(4096) + "\r\n\r\n");
        int count = Conversation.MAX_WAITING_BYTES / padded.length() + 1;

        send(padded.repeat(count));

        assertThat(channel.config().isAutoRead()).isFalse();
        runOneWaiting();
        assertThat(answersIn(received())).isEqualTo(1 + count);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void workersRefuse_503AndClose() {
        EmbeddedChannel refusing = new EmbeddedChannel(
                new Known(),
                new RequestHandler(
                        service,
                        step -> {
                            throw new RejectedExecutionException();
                        },
                        loop));
        broker.isWarm = false;

        refusing.writeInbound(Unpooled.copiedBuffer(TOKEN, StandardCharsets.US_ASCII));

        ByteBuf answer = refusing.readOutbound();
        assertThat(answer.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 503 ");
        answer.release();
        refusing.runPendingTasks();
        refusing.releaseOutbound();
        assertThat(refusing.isOpen()).isFalse();
        assertThat(refusing.finishAndReleaseAll()).isFalse();
    }

    @Test
    void connectionClose_answeredAndClosed() {
        send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + LIVEZ);

        assertThat(received()).containsOnlyOnce("HTTP/1.1 200 OK").contains("Connection: close\r\n");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void http10_answeredAndClosed() {
        send("GET /livez HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains("Connection: close\r\n");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void malformed_answeredAndClosedRestIgnored() {
        send(LIVEZ + "GET / HTTP/1.1\r\nX Y: 1\r\n" + LIVEZ);

        assertThat(received()).containsSubsequence("200 OK", "HTTP/1.1 400 Bad Request", "Connection: close", "}");
        assertThat(done).containsExactly("/livez 200", "none 400");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void wellFramedButBad_answeredAndKept() {
        send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + LIVEZ);

        assertThat(received()).containsSubsequence("HTTP/1.1 404 ", "HTTP/1.1 200 OK");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void expectContinue_bodyAwaited_toldOnceThenAnswered() {
        send("POST /v1/accounts/prod/refresh HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertThat(received()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        send("{");
        assertThat(received()).isEmpty();

        send("}");
        runOneWaiting();

        assertThat(received()).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void silent_fromTheStart_closedAtReadTimeout() {
        // Time stood still only after the connection was made.
        pass(Conversation.READ_TIMEOUT.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();

        pass(Duration.ofSeconds(1));

        assertThat(channel.isOpen()).isFalse();
        assertThat(received()).isEmpty();
    }

    @Test
    void slow_aByteNowAndThen_408AtReadTimeout() {
        for (int i = 0; i < 9; i++) {
            send(TOKEN.substring(i, i + 1));
            pass(Duration.ofSeconds(1));
        }
        assertThat(channel.isOpen()).isTrue();

        pass(Duration.ofSeconds(1));

        assertThat(received()).startsWith("HTTP/1.1 408 ").contains("Connection: close\r\n");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void idle_afterARequest_closedAtIdleTimeout() {
        send(LIVEZ);
        received();
        pass(Conversation.IDLE_TIMEOUT.minusMillis(1));
        assertThat(channel.isOpen()).isTrue();

        pass(Duration.ofMillis(1));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void idle_requestsNowAndThen_staysOpen() {
        for (int i = 0; i < 5; i++) {
            send(LIVEZ);
            assertThat(answersIn(received())).isEqualTo(1);
            pass(Conversation.IDLE_TIMEOUT.minusSeconds(1));
        }

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void inputEnds_afterRequest_answeredThenClosed() {
        broker.isWarm = false;
        send(TOKEN);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(channel.isOpen()).isTrue();

        runOneWaiting();

        assertThat(answersIn(received())).isEqualTo(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void inputEnds_nothingOwed_closed() {
        send(TOKEN.substring(0, 10));

        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(received()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void drain_idle_closedBusyAnsweredFirst() {
        broker.isWarm = false;
        send(TOKEN + LIVEZ);
        channel.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT);
        assertThat(channel.isOpen()).isTrue();

        runOneWaiting();

        assertThat(received()).containsOnlyOnce("HTTP/1.1 200 OK").contains("Connection: close\r\n", "access_token");
        assertThat(channel.isOpen()).isFalse();
    }

    /** Whoever has just connected has sent something, or is about to. */
    @Test
    void drain_nothingSentYet_whatComesBeforeTheLastCallIsAnswered() {
        channel.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT);
        pass(Conversation.LAST_CALL.dividedBy(2));
        assertThat(channel.isOpen()).isTrue();

        send(LIVEZ);

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains("Connection: close\r\n");
    }

    @Test
    void drain_idleBetweenRequests_closedAfterTheLastCall() {
        send(LIVEZ);
        assertThat(answersIn(received())).isEqualTo(1);
        channel.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT);

        pass(Conversation.LAST_CALL.dividedBy(2));
        // A second one, of whoever makes sure, buys no time.
        channel.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT);
        assertThat(channel.isOpen()).isTrue();
        pass(Conversation.LAST_CALL.dividedBy(2));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void drain_halfARequest_isAnsweredWhenItIsWhole() {
        send(LIVEZ.substring(0, 10));
        channel.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT);
        pass(Conversation.LAST_CALL.multipliedBy(2));

        send(LIVEZ.substring(10));

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains("Connection: close\r\n");
    }

    @Test
    void drain_beforeThePeerIsKnown_isRemembered() {
        EmbeddedChannel unknown = new EmbeddedChannel();
        unknown.freezeTime();
        RequestHandler handler = new RequestHandler(service, waiting::add, loop);
        unknown.pipeline().addLast(new Known(), handler);
        unknown.pipeline().fireUserEventTriggered(RequestHandler.Drain.EVENT);
        unknown.pipeline().fireChannelActive();

        unknown.advanceTimeBy(Conversation.LAST_CALL.toNanos(), TimeUnit.NANOSECONDS);
        unknown.runScheduledPendingTasks();

        assertThat(unknown.isOpen()).isFalse();
    }

    @Test
    void unwritable_nothingMoreIsBegunUntilItIsTaken() {
        setWritable(false);

        send(LIVEZ);

        assertThat(received()).isEmpty();
        assertThat(channel.config().isAutoRead()).isFalse();
        setWritable(true);
        assertThat(answersIn(received())).isEqualTo(1);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void unwritable_tooLong_closed() {
        setWritable(false);

        pass(Conversation.WRITE_TIMEOUT);

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void unwritable_tooLong_closedAlsoInTheLineOfItsUser() {
        setWritable(false);
        Turns.Line line = turns.join(UID);
        line.spend(Turns.STEPS);
        send(LIVEZ);
        assertThat(channel.config().isAutoRead()).isFalse();

        pass(Conversation.WRITE_TIMEOUT);

        assertThat(channel.isOpen()).isFalse();
        line.leave();
    }

    private void setWritable(boolean writable) {
        ChannelOutboundBuffer buffer = Objects.requireNonNull(channel.unsafe().outboundBuffer());
        buffer.setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }
}
