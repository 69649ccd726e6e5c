package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.OtherUser;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.json.JsonMapper;

/** Shared sockets of a real daemon, used by those they are for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ShareIT {
    private static final String TOKEN = "/v1/accounts/prod/token";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;

    ShareIT() throws IOException, InterruptedException {
        place = Workplace.create();
        // Another user can go through, as to a socket in /run.
        Files.setPosixFilePermissions(place.directory(), PosixFilePermissions.fromString("rwx--x--x"));
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
        daemon = place.serve();
        // The socket's directory is the operator's to open.
        Files.setPosixFilePermissions(place.directory().resolve("run"), PosixFilePermissions.fromString("rwx--x--x"));
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }

    private Path share(Object... more) throws Exception {
        Ran ran = place.cli("share", "prod").with(more).run();
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.err()).isEmpty();
        return Path.of(ran.out().strip());
    }

    private static boolean isGone(Path socket) {
        return Files.notExists(socket) && Files.notExists(socket.resolveSibling("."));
    }

    @Test
    void kubectl_throughAShare_isLetIn() throws Exception {
        List<Kubectl> kubectls = Kubectl.all();
        assumeTrue(!kubectls.isEmpty(), "no kubectl on PATH");
        String cluster = cloud.prodClassic().name();
        Path socket = share("--kind", "kube", "--cluster", cluster, "--ttl", "5m");
        Ran written = place.run("kubeconfig", "prod", cluster);
        assertThat(written.exitCode()).as(written.all()).isZero();
        assertThat(written.out()).contains(place.socket().toString());
        Path kubeconfig = Files.writeString(
                place.directory().resolve("kubeconfig"),
                written.out().replace(place.socket().toString(), socket.toString()));

        Ran ran = kubectls.getFirst().run(place, kubeconfig, "auth", "whoami");

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains("IAM#" + EmulatedCloud.USER);
        assertThat(ran.err()).isEmpty();
        assertThat(new UnixHttp(socket).get(TOKEN).status()).isEqualTo(403);
    }

    @Test
    void plugin_nativeAndTwin_takeTheShareForTheBroker() throws Exception {
        Path socket = share("--kind", "kube");
        for (Path client : List.of(Checkout.plugin(), Checkout.plugin().resolveSibling("iam-broker"))) {
            Program program = client.equals(Checkout.plugin())
                    ? Program.of(client, "--account", "prod", "--socket", socket)
                    : Program.of(client, "--socket", socket, "kube-credential", "--account", "prod");
            Ran ran = program.run();
            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(ran.out()).contains("ExecCredential");
        }
    }

    @Test
    void curl_untilTheUsesAreSpent() throws Exception {
        Needs.program("curl", "curl");
        Path socket = share("--uses", "2");
        for (int i = 0; i < 2; i++) {
            Ran ran = curl(socket);
            assertThat(ran.out()).as(ran.all()).contains("\"access_token\":\"ey");
        }
        daemon.await("the spent share to be gone", () -> isGone(socket));
        assertThat(curl(socket).exitCode()).isEqualTo(7);
    }

    private static Ran curl(Path socket) throws Exception {
        return Program.of("curl", "-s", "--unix-socket", socket, "http://localhost" + TOKEN)
                .run();
    }

    @Test
    void time_over_isGone() throws Exception {
        Path socket = share("--ttl", "1s");
        daemon.await("the share to be over", () -> isGone(socket));
    }

    @Test
    void status_listsIt_unshareEndsIt() throws Exception {
        Path socket = share("--ttl", "2h", "--uses", "100");
        Ran status = place.run("status");
        assertThat(status.out()).contains("SHARE", "USES LEFT", "100", socket.toString());
        String id = place.http().get("/v1/shares").json().at("/shares/0/id").asString();
        for (var share : place.http().get("/v1/shares").json().path("shares")) {
            id = share.path("path").asString().equals(socket.toString())
                    ? share.path("id").asString()
                    : id;
        }
        Ran unshare = place.run("unshare", id);
        assertThat(unshare.out()).as(unshare.all()).isEqualTo("1 share is ended\n");
        assertThat(isGone(socket)).isTrue();
        assertThat(place.run("unshare", id).exitCode()).isEqualTo(7);
    }

    @Test
    void root_hasNoMoreThanItsRightThere() throws Exception {
        Path socket = share();
        UnixHttp guest = new UnixHttp(socket);
        assertThat(guest.get(TOKEN).status()).isEqualTo(200);
        assertThat(guest.get(TOKEN + "?kind=kube").status()).isEqualTo(403);
        for (String admin : List.of("login", "logout", "refresh", "purge", "shares")) {
            assertThat(guest.post("/v1/accounts/prod/" + admin, "{}").status()).isEqualTo(403);
        }
        assertThat(guest.post("/v1/lock", "{\"passphrase\":\"correct horse\"}").status())
                .isEqualTo(403);
        for (String path : List.of("/v1/accounts", "/v1/shares", "/metrics", "/v1/accounts/prod/clusters")) {
            assertThat(guest.get(path).status()).as(path).isEqualTo(403);
        }
    }

    @Test
    void anotherUser_reachesWhatIsOpenToAll_andNothingElse() throws Exception {
        Needs.root("to run a command as another user");
        Needs.program("curl", "curl");
        Path closed = share();
        Path open = share("--mode", "0666");
        assertThat(asNobody(closed).exitCode()).isEqualTo(7);
        Ran ran = asNobody(open);
        assertThat(ran.out()).as(ran.all()).contains("\"access_token\":\"ey");
        Ran list =
                OtherUser.nobody("ls", place.directory().resolve("run/shares")).run();
        assertThat(list.err()).contains("Permission denied");
    }

    /** A daemon that is root gives the socket to whoever opened it: nobody else needs to be let in. */
    @Test
    void sharedByAnotherUser_throughARootDaemon_socketIsTheirsAlone() throws Exception {
        Needs.root("to run a command as another user");
        Needs.program("curl", "curl");
        try (var own = Workplace.create()) {
            Files.setPosixFilePermissions(own.directory(), PosixFilePermissions.fromString("rwx--x--x"));
            own.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            own.configure(cloud.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    clients: [ { name: builds, match: { uid: %s }, allow: [ "access:prod", "admin:prod" ] } ]
                    """.formatted(EmulatedCloud.PROD_ACCOUNT, OtherUser.NOBODY));
            String yaml = Files.readString(own.configFile());
            Files.writeString(own.configFile(), yaml.replace("broker.sock }", "broker.sock, mode: \"0666\" }"));
            try (var root = own.serve()) {
                Files.setPosixFilePermissions(
                        own.directory().resolve("run"), PosixFilePermissions.fromString("rwx--x--x"));
                Ran opened = as(
                        OtherUser.NOBODY,
                        own.socket(),
                        "http://localhost/v1/accounts/prod/shares",
                        "-d",
                        "{\"kind\":\"access\"}");
                assertThat(opened.out()).as(opened.all()).contains("\"path\":");
                Path socket = Path.of(
                        JsonMapper.shared().readTree(opened.out()).path("path").asString());
                assertThat(Files.getAttribute(socket, "unix:uid")).isEqualTo(OtherUser.NOBODY);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                        .isEqualTo("rw-------");
                assertThat(Files.getAttribute(socket.resolveSibling("."), "unix:uid"))
                        .isEqualTo(0);
                assertThat(as(OtherUser.NOBODY, socket, "http://localhost" + TOKEN)
                                .out())
                        .contains("\"access_token\":\"ey");
                assertThat(as(OtherUser.NOBODY - 1, socket, "http://localhost" + TOKEN)
                                .exitCode())
                        .isEqualTo(7);
                assertThat(root.isAlive()).isTrue();
            }
        }
    }

    private static Ran as(int uid, Path socket, Object... more) throws Exception {
        return OtherUser.as(uid, "curl", "-s", "--unix-socket", socket)
                .with(more)
                .run();
    }

    private static Ran asNobody(Path socket) throws Exception {
        return as(OtherUser.NOBODY, socket, "http://localhost" + TOKEN);
    }

    @Test
    void restart_afterAKill_knowsOfNoShareAndLeavesNoneBehind() throws Exception {
        try (var cloudOfOne = SampleCloud.start();
                var own = Workplace.create()) {
            own.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            own.configure(cloudOfOne.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    """.formatted(EmulatedCloud.PROD_ACCOUNT));
            Path socket;
            try (var first = own.serve()) {
                socket = Path.of(own.run("share", "prod").out().strip());
                Answer answer = new UnixHttp(socket).get(TOKEN);
                assertThat(answer.status()).isEqualTo(200);
                first.kill();
            }
            assertThat(socket).exists();
            try (var next = own.serve()) {
                assertThat(isGone(socket)).isTrue();
                assertThat(own.http().get("/v1/shares").body()).isEqualTo("{\"shares\":[]}");
                Path another = Path.of(own.run("share", "prod").out().strip());
                next.terminate();
                assertThat(next.awaitExit()).isZero();
                assertThat(isGone(another)).isTrue();
            }
        }
    }
}
