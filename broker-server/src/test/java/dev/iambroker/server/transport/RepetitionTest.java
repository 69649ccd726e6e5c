package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.HttpService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a connection asks for again and again is answered from what was found out before; and only that. */
final class RepetitionTest {
    private static final String TOKEN = "GET /v1/accounts/prod/token HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LABEL = "/v1/accounts/{a}/token 200";

    private final FakeBroker broker = new FakeBroker();
    private final List<String> done = new ArrayList<>();
    private final HttpService service =
            TestServer.unixService(broker, (route, client, status, nanos) -> done.add(route + " " + status));
    private ManualConnection client = connected();

    private ManualConnection connected() {
        return ManualConnection.to(service, Runnable::run);
    }

    @BeforeEach
    void standingOrders() {
        broker.orders = 1;
    }

    @AfterEach
    void end() {
        client.end();
    }

    private String answerTo(String request) {
        client.send(request);
        return client.received();
    }

    /** How often the front door was asked in full. */
    private int asked() {
        return broker.asked.size();
    }

    @Test
    void sameAgain_fromTheThirdOn_isAnsweredByteForByteWithoutTheDoor() {
        String first = answerTo(TOKEN);
        answerTo(TOKEN);
        int before = asked();
        for (int i = 0; i < 10; i++) {
            assertThat(answerTo(TOKEN)).isEqualTo(first);
        }
        assertThat(asked()).isEqualTo(before);
        assertThat(done).hasSize(12).containsOnly(LABEL);
    }

    @Test
    void sameAgain_newToken_isTheNewOne() {
        repeat();
        broker.grant = FakeBroker.grant(Duration.ofSeconds(99), "t2");
        assertThat(answerTo(TOKEN)).contains("\"expires_in\":99").contains("ETag: \"t2\"");
    }

    private void repeat() {
        for (int i = 0; i < 3; i++) {
            answerTo(TOKEN);
        }
    }

    @Test
    void orderOver_doorIsAskedAgain_thenNoMore() {
        repeat();
        broker.orders = 2;
        int before = asked();
        answerTo(TOKEN);
        assertThat(asked()).isGreaterThan(before);
        int again = asked();
        answerTo(TOKEN);
        assertThat(asked()).isEqualTo(again);
    }

    @Test
    void noOrderToBeHad_doorIsAskedEachTime() {
        broker.orders = 0;
        repeat();
        int before = asked();
        answerTo(TOKEN);
        assertThat(asked()).isGreaterThan(before);
    }

    @Test
    void anotherRequest_ofTheSameLength_isLookedAt() {
        repeat();
        assertThat(answerTo(TOKEN.replace("/prod/", "/pr%6/"))).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void anotherRequest_differsInOneByte_isLookedAt() {
        repeat();
        int before = asked();
        assertThat(answerTo(TOKEN.replace("localhost", "localhosT"))).startsWith("HTTP/1.1 200 ");
        assertThat(asked()).isGreaterThan(before);
    }

    @Test
    void otherOrigin_onAConnectionThatIsKnown_isRefused() {
        repeat();
        String foreign = TOKEN.replace("\r\n\r\n", "\r\nOrigin: http://evil.example\r\n\r\n");
        assertThat(answerTo(foreign)).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void pipelined_amongOthers_inTheirOrder() {
        repeat();
        done.clear();
        answerTo(TOKEN + TOKEN + LIVEZ + TOKEN);
        assertThat(done).containsExactly(LABEL, LABEL, "/livez 200", LABEL);
    }

    @Test
    void inPieces_isAnsweredAtTheLast() {
        repeat();
        assertThat(answerTo(TOKEN.substring(0, 20))).isEmpty();
        assertThat(answerTo(TOKEN.substring(20))).startsWith("HTTP/1.1 200 ");
        assertThat(answerTo(TOKEN + TOKEN.substring(0, 20))).startsWith("HTTP/1.1 200 ");
        assertThat(answerTo(TOKEN.substring(20))).startsWith("HTTP/1.1 200 ");
        assertThat(done).hasSize(6);
    }

    /** RFC 9112 section 2.2: one empty line is let pass before each request, and no more. */
    @Test
    void emptyLinesBefore_areJudgedAsEver() {
        for (int i = 0; i < 4; i++) {
            assertThat(answerTo("\r\n" + TOKEN)).startsWith("HTTP/1.1 200 ");
        }
        assertThat(answerTo("\r\n")).isEmpty();
        assertThat(answerTo("\r\n" + TOKEN)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void emptyLineByItself_thenTheRepeatedRequest_isAnsweredInFull() {
        repeat();
        assertThat(answerTo("\r\n")).isEmpty();
        int before = asked();
        assertThat(answerTo(TOKEN)).startsWith("HTTP/1.1 200 ");
        assertThat(asked()).isGreaterThan(before);
    }

    @Test
    void closeAsked_isDone() {
        String last = TOKEN.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        assertThat(answerTo(last)).contains("Connection: close\r\n");
        client.endInput();
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void draining_isTheLast() {
        repeat();
        client.connection.drain();
        client.run();
        assertThat(answerTo(TOKEN)).contains("Connection: close\r\n");
    }

    /** As a lock does. */
    @Test
    void withdrawn_isForgotten() {
        repeat();
        assertThat(client.connection.withdraw()).isNotNull();
        client.run();
        int before = asked();
        answerTo(TOKEN);
        assertThat(asked()).isGreaterThan(before);
    }

    @Test
    void tokenWiped_503AndCountedAsSuch() {
        repeat();
        broker.grant.token().wipe();
        assertThat(answerTo(TOKEN)).startsWith("HTTP/1.1 503 ").doesNotContain(FakeBroker.TOKEN);
        assertThat(done).last().isEqualTo("/v1/accounts/{a}/token 503");
        broker.grant = FakeBroker.grant(Duration.ofSeconds(99), "t2");
        assertThat(answerTo(TOKEN)).startsWith("HTTP/1.1 200 ");
    }

    /** Programs of another account on the same connection get their own. */
    @Test
    void twoRequestsByTurns_bothAreLookedAt() {
        String other = TOKEN.replace("/token ", "/token?min_ttl=1 ");
        for (int i = 0; i < 4; i++) {
            answerTo(TOKEN);
            answerTo(other);
        }
        assertThat(asked()).isGreaterThanOrEqualTo(8);
        assertThat(broker.view.name()).isEqualTo(new AccountName("prod"));
    }

    @Test
    void longRequests_areNotKept() {
        String large = TOKEN.replace("\r\n\r\n", "\r\nX-Filler: " + "x".repeat(2_000) + "\r\n\r\n");
        for (int i = 0; i < 3; i++) {
            answerTo(large);
        }
        int before = asked();
        answerTo(large);
        assertThat(asked()).isGreaterThan(before);
    }

    /** Each keeps a piece of memory; connections beyond a thousand are served the long way. */
    @Test
    void manyConnections_asManyAsThereIsRoomFor_andTheirEndGivesItBack() {
        List<ManualConnection> many = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            ManualConnection one = connected();
            many.add(one);
            for (int n = 0; n < 3; n++) {
                one.arrive(TOKEN);
            }
        }
        repeat();
        int beyond = asked();
        answerTo(TOKEN);
        assertThat(asked()).isGreaterThan(beyond);

        many.forEach(ManualConnection::end);
        repeat();
        int before = asked();
        answerTo(TOKEN);
        assertThat(asked()).isEqualTo(before);
    }
}
