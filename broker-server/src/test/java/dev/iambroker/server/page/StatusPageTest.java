package dev.iambroker.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real port. */
final class StatusPageTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong nanos = new AtomicLong();
    private StatusPage page;
    private URI url;

    @BeforeEach
    void open() throws IOException {
        page = StatusPage.open(() -> "{}", threads, nanos::get);
        url = URI.create(page.url());
    }

    @AfterEach
    void close() throws IOException {
        page.close();
        threads.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private String exchange(String bytes) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String get(String target) throws IOException {
        return exchange("GET " + target + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n\r\n");
    }

    @Test
    void url_isOfTheLoopbackAddressAndOpensThePageOnce() throws IOException {
        assertThat(url.getHost()).isEqualTo("127.0.0.1");
        assertThat(get(url.getPath())).startsWith("HTTP/1.1 303 ");
        assertThat(get(url.getPath())).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void entry_manyAtTheSameMoment_oneGetsTheSession() throws Exception {
        List<Callable<String>> asks = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            asks.add(() -> get(url.getPath()));
        }

        List<String> answers = new ArrayList<>();
        for (Future<String> answer : threads.invokeAll(asks)) {
            answers.add(answer.get());
        }

        assertThat(answers).filteredOn(answer -> answer.contains("Set-Cookie")).hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.startsWith("HTTP/1.1 403 "))
                .hasSize(23);
    }

    @Test
    void malformedRequest_isRefusedWithTheSameProtectionAndSpendsNothing() throws IOException {
        for (String bytes : List.of(
                "\u0000\r\n\r\n",
                "GET http://" + url.getAuthority() + url.getPath() + " HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")) {
            assertThat(exchange(bytes))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\r\nContent-Security-Policy: default-src 'none'", "\r\nX-Frame-Options: DENY\r\n");
        }
        assertThat(get(url.getPath())).startsWith("HTTP/1.1 303 ");
    }

    @Test
    void client_thatSendsTooSlowly_isLeft() throws IOException {
        try (Socket slow = connect()) {
            slow.getOutputStream().write('G');
            // Served, whoever came before is being read from.
            assertThat(get("/")).startsWith("HTTP/1.1 403 ");
            nanos.addAndGet(StatusPage.READ_TIMEOUT.toNanos());
            sendOneMore(slow);

            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** Another user's, who may connect but not enter. */
    @Test
    void clients_thatHoldAllThereIs_doNotKeepTheBrowserOut() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * StatusPage.MOST_CONNECTIONS; i++) {
                idle.add(connect());
            }

            assertThat(get(url.getPath())).startsWith("HTTP/1.1 303 ");
            assertThat(idle.getFirst().getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    private static void sendOneMore(Socket socket) {
        try {
            socket.getOutputStream().write('E');
        } catch (IOException closedAlready) {
            // It was read from only after its time was up.
        }
    }

    @Test
    void close_pageInUse_nobodyIsServedAnyMore() throws IOException {
        page.close();
        // The thread that accepts lets go of the port.
        threads.close();

        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }
}
