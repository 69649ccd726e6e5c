package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.HttpService;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConversationTest {
    private static final String TOKEN = "GET /v1/accounts/prod/token HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final int UID = ManualConnection.UID;

    private final LoopShare loop = new LoopShare();
    private final Turns turns = loop.turns();
    private final RequestMemory memory = new RequestMemory(Set.of());
    private final FakeBroker broker = new FakeBroker();
    private final List<String> done = new ArrayList<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final HttpService service =
            TestServer.unixService(broker, (route, client, status, nanos) -> done.add(route + " " + status));
    private ManualConnection client = connected(UID);
    private final List<ManualConnection> others = new ArrayList<>();

    private ManualConnection connected(int user) {
        return ManualConnection.to(service, waiting::add, loop, user, memory);
    }

    @AfterEach
    void end() {
        client.end();
        others.forEach(ManualConnection::end);
    }

    private void send(String bytes) {
        client.send(bytes);
    }

    private String received() {
        return client.received();
    }

    private void pass(Duration time) {
        client.pass(time);
    }

    private void runOneWaiting() {
        Objects.requireNonNull(waiting.poll()).run();
        client.run();
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
        assertThat(client.hasEnded()).isFalse();
    }

    /** The allocator gives the memory to whoever asks next, as it is. */
    @Test
    void token_sentOrLost_itsBufferIsOverwritten() {
        send(TOKEN);
        assertThat(received()).contains(FakeBroker.TOKEN);
        assertThat(client.answers).singleElement().satisfies(ConversationTest::isOverwritten);
    }

    @Test
    void token_clientGoneBeforeItIsSent_itsBufferIsOverwritten() {
        client.room(1);
        send(TOKEN);
        client.breakOff();
        assertThat(received()).isEqualTo("H");
        assertThat(client.answers).isNotEmpty().allSatisfy(ConversationTest::isOverwritten);
    }

    @Test
    void requestWithAClientSecret_answered_itsBufferIsOverwritten() {
        String request = TOKEN.replace("\r\n\r\n", "\r\nAuthorization: Bearer " + TestServer.SECRET + "\r\n\r\n");
        send(request);

        assertThat(received()).startsWith("HTTP/1.1 200 OK");
        assertThat(client.requests).singleElement().satisfies(ConversationTest::isOverwritten);
        assertThat(client.hasEnded()).isFalse();
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
        assertThat(client.hasEnded()).isFalse();
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
        client.arrive(LIVEZ.repeat(100));
        assertThat(done).hasSize(Conversation.TURN);
        assertThat(client.isRead()).isFalse();
        client.run();

        assertThat(answersIn(received())).isEqualTo(100);
        assertThat(client.isRead()).isTrue();
    }

    /** One user's many connections, all with requests at the same moment, and one of another user. */
    @Test
    void flood_ofOneUsersConnections_anotherIsAnsweredAmongTheFirst() {
        List<ManualConnection> flood = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ManualConnection one = connected(UID);
            flood.add(one);
            one.arrive(LIVEZ.repeat(10));
        }
        assertThat(done).hasSizeBetween(Turns.STEPS, Turns.STEPS + Conversation.TURN);
        assertThat(flood.getLast().isRead()).isFalse();

        ManualConnection other = connected(UID + 1);
        other.arrive(TOKEN);
        assertThat(done).last().isEqualTo("/v1/accounts/{a}/token 200");

        for (int i = 0; i < 20; i++) {
            flood.forEach(ManualConnection::runTasks);
        }
        assertThat(done).hasSize(1001);
        assertThat(flood).allMatch(ManualConnection::isRead);
        flood.forEach(ManualConnection::end);
        other.end();
    }

    /** As above, where none of them was read before it came into the line. */
    @Test
    void flood_readInItsTurnAlone_countsByWhatIsAnswered() {
        turns.join(UID).spend(Turns.STEPS);
        client.arrive(LIVEZ.repeat(Conversation.TURN));
        ManualConnection second = connected(UID);
        others.add(second);
        second.arrive(LIVEZ);
        Turns.Line another = turns.join(UID + 1);
        another.add(
                () -> {
                    another.spend(Turns.STEPS);
                    return Turns.STEPS - Conversation.TURN;
                },
                client.connection.loop());
        List<Boolean> hasLookedSince = new ArrayList<>();
        another.add(
                () -> {
                    hasLookedSince.add(another.isFree());
                    return 1;
                },
                client.connection.loop());
        assertThat(done).isEmpty();

        client.runTasks();

        assertThat(done).hasSize(Conversation.TURN + 1);
        assertThat(hasLookedSince).containsExactly(true);
    }

    /** Eight thousand may wait at once: what waits stays in the sockets. */
    @Test
    void waitsForItsTurn_isNotReadAndHoldsNoMemory() {
        turns.join(UID).spend(Turns.STEPS);
        client.arrive(TOKEN);

        assertThat(client.requests).isEmpty();
        assertThat(memory.held()).isZero();
        client.run();
        assertThat(answersIn(received())).isEqualTo(1);
    }

    /** What is thrown away unread costs time too. */
    @Test
    void flood_afterItsConnectionWasEnded_isNotReadOutOfTurn() {
        // The client takes nothing.
        client.room(0);
        send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        for (int i = 1; i < Turns.STEPS; i++) {
            assertThat(client.isRead()).isTrue();
            client.arrive(LIVEZ);
        }
        assertThat(client.isRead()).isFalse();

        client.runTasks();
        assertThat(client.isRead()).isTrue();
        // Its answer is still owed: that is not cut off before a client counts as gone.
        pass(Conversation.LINGER);
        assertThat(client.isOpen()).isTrue();
        pass(Conversation.WRITE_TIMEOUT.minus(Conversation.LINGER));
        assertThat(client.isOpen()).isFalse();
    }

    /** The line of a busy user is never empty: who has to be told once more of what it waited for waits again, and again. */
    @Test
    void closedByItsAnswer_clientGoesWhileItsUserIsBusy_endsWithItsTurn() {
        send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        turns.join(UID).spend(Turns.STEPS);
        client.leave();
        assertThat(client.isOpen()).isTrue();

        client.runTasks();

        assertThat(client.isOpen()).isFalse();
    }

    /** Whoever goes while nothing is read of it must not fill the log. */
    @Test
    void clientGone_foundOutAsItIsReadAgain_closedWithoutALine() {
        try (var log = new CapturedLog(Connection.class)) {
            client.breakOff();
            assertThat(client.isOpen()).isFalse();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void waitsForItsTurn_clientLeaves_nothingIsAnswered() {
        client.arrive(LIVEZ.repeat(100));
        client.connection.close();
        client.run();

        assertThat(done).hasSize(Conversation.TURN);
    }

    /** A request whose end is missing has its time, whatever else its user sends. */
    @Test
    void waitsForItsTurn_requestBegunBefore_keepsItsDeadline() {
        send(TOKEN.substring(0, 20));
        turns.join(UID).spend(Turns.STEPS);
        pass(Conversation.READ_TIMEOUT.minusSeconds(1));
        send(TOKEN.substring(20, 21));
        assertThat(client.hasEnded()).isFalse();
        pass(Duration.ofSeconds(2));

        assertThat(received()).startsWith("HTTP/1.1 408 ");
    }

    @Test
    void pipelined_inputEndsBeforeTheirTurn_allAnsweredThenClosed() {
        client.arrive(LIVEZ.repeat(100));
        client.endInput();

        assertThat(answersIn(received())).isEqualTo(100);
        assertThat(client.hasEnded()).isTrue();
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
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void requestsWhole_memoryUsedUp_areAnswered() {
        takeAllMemoryBut(1);
        send(LIVEZ + LIVEZ);
        assertThat(answersIn(received())).isEqualTo(2);
        assertThat(client.hasEnded()).isFalse();
    }

    private void takeAllMemoryBut(int bytes) {
        ManualConnection other = connected(UID);
        others.add(other);
        assertThat(memory.hold(UID, other.connection, RequestMemory.PER_USER - bytes))
                .isTrue();
    }

    /** What a lock came before must not leave after it. */
    @Test
    void secretsNotYetTaken_withdrawn_closedAndOverwritten() {
        client.room(0);
        send(TOKEN);
        withdraw();

        assertThat(client.isOpen()).isFalse();
        assertThat(client.answers).singleElement().satisfies(ConversationTest::isOverwritten);
    }

    @Test
    void nothingSecretUnsent_withdrawn_staysOpen() {
        send(TOKEN + LIVEZ);
        withdraw();
        assertThat(answersIn(received())).isEqualTo(2);
        assertThat(client.hasEnded()).isFalse();
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

        assertThat(client.hasEnded()).isFalse();
        runOneWaiting();
        assertThat(answersIn(received())).isEqualTo(1);
    }

    @Test
    void blocked_clientLeaves_nothingWritten() {
        broker.isWarm = false;
        send(TOKEN);
        client.connection.close();

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
        String padded = LIVEZ.replace("\r\n\r\n", "\r\nX-Padding: " + "x".repeat(4096) + "\r\n\r\n");
        int count = Conversation.MAX_WAITING_BYTES / padded.length() + 1;

        send(padded.repeat(count));

        assertThat(client.isRead()).isFalse();
        runOneWaiting();
        assertThat(answersIn(received())).isEqualTo(1 + count);
        assertThat(client.isRead()).isTrue();
    }

    private CompletableFuture<@Nullable Void> underWay() {
        CompletableFuture<@Nullable Void> renewal = new CompletableFuture<>();
        broker.isWarm = false;
        broker.renewal = renewal;
        return renewal;
    }

    @Test
    void awaited_landed_answeredWithoutAThread() {
        CompletableFuture<@Nullable Void> renewal = underWay();
        send(TOKEN + LIVEZ);
        assertThat(received()).isEmpty();
        assertThat(client.connection.isBusy()).isTrue();

        renewal.complete(null);
        client.run();

        assertThat(received()).startsWith("HTTP/1.1 200 OK").containsSubsequence("access_token", "\"ready\"");
        assertThat(waiting).isEmpty();
        assertThat(client.connection.isBusy()).isFalse();
        assertThat(done).containsExactly("/v1/accounts/{a}/token 200", "/livez 200");
    }

    @Test
    void awaited_landedBeforeItIsWaitedFor_answered() {
        underWay().complete(null);

        send(TOKEN);

        assertThat(answersIn(received())).isEqualTo(1);
    }

    @Test
    void awaited_patienceEnds_answeredOnceThough() {
        CompletableFuture<@Nullable Void> renewal = underWay();
        broker.renewed = () -> {
            throw new BrokerFailure.DeadlineExceeded("IAM has not answered within 7 s", BrokerFailure.About.NOTHING);
        };
        send(TOKEN.replace("/token", "/token?wait=7"));
        pass(Duration.ofMillis(6900));
        assertThat(received()).isEmpty();

        pass(Duration.ofMillis(200));
        assertThat(received()).startsWith("HTTP/1.1 504 ").contains("within 7 s");
        renewal.complete(null);
        client.run();
        assertThat(received()).isEmpty();
        send(LIVEZ);
        assertThat(answersIn(received())).isEqualTo(1);
    }

    @Test
    void awaited_hasToBeAskedForAnew_byAThread() {
        CompletableFuture<@Nullable Void> renewal = underWay();
        broker.renewed = () -> null;
        send(TOKEN);
        renewal.complete(null);
        client.run();
        assertThat(received()).isEmpty();

        runOneWaiting();

        assertThat(answersIn(received())).isEqualTo(1);
    }

    @Test
    void awaited_aClientLeaves_theOthersAreAnswered() {
        CompletableFuture<@Nullable Void> renewal = underWay();
        for (int i = 0; i < 3; i++) {
            others.add(connected(UID));
            others.get(i).send(TOKEN);
        }
        others.get(0).connection.close();
        renewal.complete(null);
        // Told, and gone before its turn.
        others.get(1).connection.close();
        others.forEach(ManualConnection::run);

        assertThat(others.get(0).received()).isEmpty();
        assertThat(others.get(1).received()).isEmpty();
        assertThat(answersIn(others.get(2).received())).isEqualTo(1);
        assertThat(done).containsExactly("/v1/accounts/{a}/token 200");
    }

    @Test
    void awaited_byManyOfOneUser_anotherIsAnsweredAmongTheFirst() {
        CompletableFuture<@Nullable Void> renewal = underWay();
        for (int i = 0; i < 4 * Turns.STEPS; i++) {
            others.add(connected(UID));
            others.get(i).send(TOKEN);
        }
        ManualConnection another = connected(UID + 1);
        others.add(another);
        another.send(TOKEN);

        renewal.complete(null);
        others.getFirst().runTasks();
        others.getFirst().pass(Duration.ZERO);
        another.run();

        assertThat(answersIn(another.received())).isEqualTo(1);
    }

    @Test
    void workersRefuse_503AndClose() {
        client = ManualConnection.to(service, step -> {
            throw new RejectedExecutionException();
        });
        broker.isWarm = false;

        send(TOKEN);

        assertThat(received()).startsWith("HTTP/1.1 503 ");
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void connectionClose_answeredAndClosed() {
        send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + LIVEZ);

        assertThat(received()).containsOnlyOnce("HTTP/1.1 200 OK").contains("Connection: close\r\n");
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void http10_answeredAndClosed() {
        send("GET /livez HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains("Connection: close\r\n");
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void malformed_answeredAndClosedRestIgnored() {
        send(LIVEZ + "GET / HTTP/1.1\r\nX Y: 1\r\n" + LIVEZ);

        assertThat(received()).containsSubsequence("200 OK", "HTTP/1.1 400 Bad Request", "Connection: close", "}");
        assertThat(done).containsExactly("/livez 200", "none 400");
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void wellFramedButBad_answeredAndKept() {
        send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + LIVEZ);

        assertThat(received()).containsSubsequence("HTTP/1.1 404 ", "HTTP/1.1 200 OK");
        assertThat(client.hasEnded()).isFalse();
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
        assertThat(client.hasEnded()).isFalse();

        pass(Duration.ofSeconds(1));

        assertThat(client.hasEnded()).isTrue();
        assertThat(received()).isEmpty();
    }

    @Test
    void slow_aByteNowAndThen_408AtReadTimeout() {
        for (int i = 0; i < 9; i++) {
            send(TOKEN.substring(i, i + 1));
            pass(Duration.ofSeconds(1));
        }
        assertThat(client.hasEnded()).isFalse();

        pass(Duration.ofSeconds(1));

        assertThat(received()).startsWith("HTTP/1.1 408 ").contains("Connection: close\r\n");
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void idle_afterARequest_closedAtIdleTimeout() {
        send(LIVEZ);
        received();
        pass(Conversation.IDLE_TIMEOUT.minusMillis(1));
        assertThat(client.hasEnded()).isFalse();

        pass(Deadlines.GRAIN);

        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void idle_requestsNowAndThen_staysOpen() {
        for (int i = 0; i < 5; i++) {
            send(LIVEZ);
            assertThat(answersIn(received())).isEqualTo(1);
            pass(Conversation.IDLE_TIMEOUT.minusSeconds(1));
        }

        assertThat(client.hasEnded()).isFalse();
    }

    @Test
    void inputEnds_afterRequest_answeredThenClosed() {
        broker.isWarm = false;
        send(TOKEN);
        client.endInput();
        assertThat(client.hasEnded()).isFalse();

        runOneWaiting();

        assertThat(answersIn(received())).isEqualTo(1);
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void inputEnds_nothingOwed_closed() {
        send(TOKEN.substring(0, 10));

        client.endInput();

        assertThat(received()).isEmpty();
        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void drain_idle_closedBusyAnsweredFirst() {
        broker.isWarm = false;
        send(TOKEN + LIVEZ);
        drain();
        assertThat(client.hasEnded()).isFalse();

        runOneWaiting();

        assertThat(received()).containsOnlyOnce("HTTP/1.1 200 OK").contains("Connection: close\r\n", "access_token");
        assertThat(client.hasEnded()).isTrue();
    }

    /** Whoever has just connected has sent something, or is about to. */
    @Test
    void drain_nothingSentYet_whatComesBeforeTheLastCallIsAnswered() {
        drain();
        pass(Conversation.LAST_CALL.dividedBy(2));
        assertThat(client.hasEnded()).isFalse();

        send(LIVEZ);

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains("Connection: close\r\n");
    }

    @Test
    void drain_idleBetweenRequests_closedAfterTheLastCall() {
        send(LIVEZ);
        assertThat(answersIn(received())).isEqualTo(1);
        drain();

        pass(Conversation.LAST_CALL.dividedBy(2));
        // A second one, of whoever makes sure, buys no time.
        drain();
        assertThat(client.hasEnded()).isFalse();
        pass(Conversation.LAST_CALL.dividedBy(2));

        assertThat(client.hasEnded()).isTrue();
    }

    @Test
    void drain_halfARequest_isAnsweredWhenItIsWhole() {
        send(LIVEZ.substring(0, 10));
        drain();
        pass(Conversation.LAST_CALL.multipliedBy(2));

        send(LIVEZ.substring(10));

        assertThat(received()).startsWith("HTTP/1.1 200 OK").contains("Connection: close\r\n");
    }

    @Test
    void unwritable_nothingMoreIsBegunUntilItIsTaken() {
        client.room(0);
        send(LIVEZ.repeat(10_000));

        assertThat(client.isRead()).isFalse();
        assertThat(done).hasSizeLessThan(10_000);
        client.room(Integer.MAX_VALUE);
        assertThat(answersIn(received())).isEqualTo(10_000);
        assertThat(client.isRead()).isTrue();
    }

    @Test
    void unwritable_aLittleIsTakenNowAndThen_allIsAnsweredInItsOrder() {
        broker.isWarm = true;
        client.room(0);
        send((LIVEZ + TOKEN).repeat(1_000));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100_000 && answersIn(text.toString()) < 2_000; i++) {
            client.room(10_007);
            text.append(received());
        }
        assertThat(done).hasSize(2_000);
        assertThat(text.toString().split("access_token", -1)).hasSize(1_001);
    }

    @Test
    void unwritable_tooLong_closed() {
        fillUp();

        pass(Conversation.WRITE_TIMEOUT);

        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void unwritable_tooLong_closedAlsoInTheLineOfItsUser() {
        fillUp();
        Turns.Line line = turns.join(UID);
        line.spend(Turns.STEPS);
        send(LIVEZ);
        assertThat(client.isRead()).isFalse();

        pass(Conversation.WRITE_TIMEOUT);

        assertThat(client.isOpen()).isFalse();
        line.leave();
    }

    /** Anybody may ask, and needs not read: a thousand such connections must not take the memory that all share. */
    @Test
    void answersNotTaken_onManyConnectionsOfOneUser_takeItsPartOfTheMemory() {
        for (int i = 0; i < 100; i++) {
            ManualConnection one = connected(UID);
            others.add(one);
            one.room(0);
            one.send((LIVEZ + TOKEN).repeat(500));
        }
        assertThat(others).anyMatch(one -> !one.isOpen());
        assertThat(others).anyMatch(ManualConnection::isOpen);
        assertThat(memory.held()).isBetween(RequestMemory.PER_USER / 2, RequestMemory.PER_USER);
        send(LIVEZ);
        assertThat(answersIn(received())).isEqualTo(1);

        others.getFirst().room(Integer.MAX_VALUE);
        assertThat(answersIn(others.getFirst().received())).isEqualTo(1000);
        others.forEach(ManualConnection::end);
        assertThat(memory.held()).isZero();
    }

    /** Memory that is not used again is the collector's to free, which a flood would call all the time. */
    @Test
    void pipelined_many_theirAnswersShareAFewBuffers() {
        send(TOKEN.repeat(200));

        assertThat(answersIn(received())).isEqualTo(200);
        assertThat(client.answers.stream().map(MemorySegment::ofBuffer).map(MemorySegment::address))
                .hasSize(200)
                .satisfies(all -> assertThat(new HashSet<>(all)).hasSizeLessThanOrEqualTo(SecretBuffers.MOST_KEPT));
    }

    private void fillUp() {
        client.room(0);
        send(LIVEZ.repeat(10_000));
    }

    private void drain() {
        client.connection.drain();
        client.run();
    }

    private void withdraw() {
        assertThat(client.connection.withdraw()).isNotNull();
        client.run();
    }
}
