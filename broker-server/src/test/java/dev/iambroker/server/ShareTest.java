package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shared sockets of the whole daemon. */
final class ShareTest {
    private static final String TOKEN = "/v1/accounts/by-key/token";

    /** What works on a share of by-key's access token; all else is 403, or 404 for a name that it has no right on. */
    private static final Map<String, Integer> SHARED = Map.of(
            "GET /v1/accounts/{a}", 200,
            "GET /v1/accounts/{a}/token", 200,
            "GET /v1/accounts/{a}/watch", 200,
            "GET /livez", 200,
            "GET /readyz", 200,
            "GET /readyz/{a}", 200);

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    private ManualDaemon daemon;
    private UnixCaller owner;

    @BeforeEach
    void start() throws Exception {
        daemon = ManualDaemon.start(temp, SmallCloud.accounts(temp) + audit(), cloud, time, 7);
        daemon.advance(Duration.ZERO);
        owner = daemon.caller();
    }

    @AfterEach
    void end() throws IOException {
        owner.close();
        daemon.close();
        assertThat(shareDirectory()).doesNotExist();
        cloud.close();
    }

    private String audit() {
        return "audit: { file: " + temp.resolve("audit.jsonl") + " }\n";
    }

    private Path shareDirectory() {
        return temp.resolve("run/shares");
    }

    private Answer share(String query) throws IOException {
        Answer answer = owner.post("/v1/accounts/by-key/shares" + query, "{}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer;
    }

    private static UnixCaller at(Answer share) throws IOException {
        return UnixCaller.at(Path.of(share.text("path")));
    }

    private static Path directoryOf(Answer share) {
        return Path.of(share.text("path")).resolveSibling(".").normalize();
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static void assertGone(Answer share) {
        assertThatThrownBy(() -> at(share))
                .isInstanceOfAny(ConnectException.class, SocketException.class, NoSuchFileException.class);
        assertThat(directoryOf(share)).doesNotExist();
    }

    private static void awaitGone(Answer share) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (Files.exists(directoryOf(share))) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
        assertGone(share);
    }

    @Test
    void share_everyRoute_is403ButThoseOfItsRight_alsoForRoot() throws Exception {
        Answer share = share("");
        assertThat(LockTest.routes()).containsAll(SHARED.keySet());
        for (String route : LockTest.routes()) {
            try (var guest = at(share)) {
                Answer answer = LockTest.ask(guest, route);
                assertThat(answer.status()).as("%s: %s", route, answer).isEqualTo(SHARED.getOrDefault(route, 403));
            }
        }
        try (var guest = at(share)) {
            assertThat(guest.get("/v1/accounts/by-password/token").status()).isEqualTo(403);
            assertThat(guest.get(TOKEN + "?kind=kube").status()).isEqualTo(403);
            assertThat(guest.get("/v1/accounts/nobody").status()).isEqualTo(403);
        }
        assertThat(owner.get("/metrics").body()).contains("client=\"share\"").doesNotContain(share.text("id"));
        daemon.awaitQuiet();
    }

    @Test
    void share_place_isNotListableAndItsSocketPrivate() throws Exception {
        Answer share = share("");
        Path socket = Path.of(share.text("path"));
        Path directory = directoryOf(share);
        assertThat(socket.getFileName()).hasToString("broker.sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shareDirectory())))
                .isEqualTo("rwx--x--x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx--x--x");
        assertThat(name(directory)).matches("[0-9a-f]{16}");
        assertThat(Files.getOwner(directory)).isEqualTo(Files.getOwner(temp));
        Path open = Path.of(share("?mode=0666").text("path"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                .isEqualTo("rw-rw-rw-");
        // Everybody may read where every socket was bound.
        assertThat(Files.readString(Path.of("/proc/net/unix"))).doesNotContain(name(directory));
        assertThat(shareDirectory()).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void uses_lastOne_isAnsweredAndThenItIsGone() throws Exception {
        Answer share = share("?uses=2");
        try (var guest = at(share)) {
            assertThat(guest.get(TOKEN).status()).isEqualTo(200);
            assertThat(owner.get("/v1/shares").json().at("/shares/0/uses_left").asInt())
                    .isOne();
            assertThat(guest.get(TOKEN).text("access_token")).isNotEmpty();
            awaitGone(share);
            assertThatThrownBy(() -> guest.get(TOKEN)).isInstanceOf(IOException.class);
        }
        assertThat(owner.get("/v1/accounts").json().path("shares")).isEmpty();
    }

    @Test
    void time_over_endsSocketAndConnections() throws Exception {
        Answer share = share("?ttl=7200&kind=access");
        assertThat(share.text("expires_at"))
                .isEqualTo(time.now().plusSeconds(7200).toString());
        try (var guest = at(share)) {
            assertThat(guest.get(TOKEN).status()).isEqualTo(200);
            daemon.advance(Duration.ofHours(2));
            awaitGone(share);
            assertThatThrownBy(() -> guest.get(TOKEN)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void unshare_endsSocketAndConnections() throws Exception {
        Answer first = share("");
        Answer second = share("");
        try (var guest = at(first)) {
            assertThat(guest.get(TOKEN).status()).isEqualTo(200);
            Answer ended = owner.post("/v1/unshare?id=" + first.text("id"), "{}");
            assertThat(ended.json().at("/shares/0/id").asString()).isEqualTo(first.text("id"));
            assertGone(first);
            assertThatThrownBy(() -> guest.get(TOKEN)).isInstanceOf(IOException.class);
        }
        assertThat(owner.post("/v1/unshare?id=" + first.text("id"), "{}").status())
                .isEqualTo(404);
        assertThat(owner.post("/v1/unshare", "{}").json().path("shares")).hasSize(1);
        assertGone(second);
    }

    @Test
    void unshare_tokensAnsweredAndNotTaken_leaveNoMore() throws Exception {
        Answer share = share("");
        try (var guest = at(share)) {
            guest.send(("GET " + TOKEN + " HTTP/1.1\r\nHost: x\r\n\r\n").repeat(1500));
            for (int i = 0; i < 100; i++) {
                assertThat(owner.get(TOKEN).status()).isEqualTo(200);
            }
            assertThat(owner.post("/v1/unshare?id=" + share.text("id"), "{}").status())
                    .isEqualTo(200);
            assertThat(guest.lengthOfRest()).isPositive().isLessThan(256 * 1024);
        }
    }

    @Test
    void locked_shareToo() throws Exception {
        Answer share = share("");
        assertThat(owner.post("/v1/lock", "{\"passphrase\":\"correct horse\"}").status())
                .isEqualTo(200);
        try (var guest = at(share)) {
            assertThat(guest.get(TOKEN).status()).isEqualTo(423);
            assertThat(guest.post("/v1/unlock", "{\"passphrase\":\"correct horse\"}")
                            .status())
                    .isEqualTo(403);
            assertThat(owner.post("/v1/unlock", "{\"passphrase\":\"correct horse\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(guest.get(TOKEN).status()).isEqualTo(200);
        }
    }

    @Test
    void reload_accountGone_endsItsShare() throws Exception {
        Answer share = share("");
        String withoutByKey =
                String.join("\n", SmallCloud.accounts(temp).lines().skip(1).toList());
        daemon.reloadAccounts(withoutByKey + "\n" + audit());
        awaitGone(share);
    }

    @Test
    void audit_namesTheShareAndTheSharersRule() throws Exception {
        Answer share = share("");
        try (var guest = at(share)) {
            guest.get(TOKEN);
            guest.post("/v1/accounts/by-key/logout", "{}");
            guest.get(TOKEN + "?kind=kube");
        }
        daemon.close();
        List<String> lines = Files.readAllLines(temp.resolve("audit.jsonl"));
        String rule = "share:" + share.text("id") + "/owner";
        assertThat(lines).anyMatch(line -> line.contains("\"share:" + share.text("id") + "\""));
        assertThat(lines).filteredOn(line -> line.contains(rule)).hasSize(2);
        assertThat(lines).noneMatch(line -> line.contains(name(directoryOf(share))));
    }

    @Test
    void leftovers_ofAKilledDaemon_areRemovedAtTheNextStart_linksNotFollowed() throws Exception {
        owner.close();
        daemon.close();
        Path stale = Files.createDirectories(shareDirectory().resolve("0123456789abcdef"));
        Path precious = Files.createDirectories(temp.resolve("precious"));
        Files.writeString(precious.resolve("file"), "x");
        Files.createSymbolicLink(stale.resolve("link"), precious);
        Files.writeString(stale.resolve("broker.sock"), "");
        start();
        assertThat(stale).doesNotExist();
        assertThat(precious.resolve("file")).exists();
    }

    @Test
    void request_outOfBounds_isRefused() throws Exception {
        for (String query : Set.of(
                "?ttl=0",
                "?ttl=604801",
                "?ttl=x",
                "?uses=0",
                "?uses=-1",
                "?uses=99999999",
                "?mode=0777",
                "?mode=600",
                "?cluster=c1",
                "?kind=id",
                "?to=x")) {
            assertThat(owner.post("/v1/accounts/by-key/shares" + query, "{}").status())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(owner.post("/v1/accounts/nobody/shares", "{}").status()).isEqualTo(404);
        share("");
    }
}
