package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.OtherUser;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Another user of the same machine: what the socket's mode and the rules let through, and what that user is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OtherUserIT {

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;

    OtherUserIT() throws IOException {
        place = Workplace.create();
    }

    @BeforeAll
    void prepare() throws Exception {
        boolean root = Program.of("id", "-u").run().out().strip().equals("0");
        assumeTrue(root, "only root can run a command as another user");
        Files.setPosixFilePermissions(place.directory(), PosixFilePermissions.fromString("rwx--x--x"));
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        // The checkout may lie where nobody else can go.
        Ran copy = Program.of(
                        "cp", "-r", Checkout.distribution(), place.directory().resolve("dist"))
                .run();
        assertThat(copy.exitCode()).as(copy.all()).isZero();
    }

    @AfterAll
    void stop() throws IOException {
        place.close();
        cloud.close();
    }

    @Test
    void socketOfItsOwnerAlone_anotherUser_isToldWhomToAsk() throws Exception {
        configure("");
        try (Daemon running = place.serve()) {
            Ran ran = asNobody("token", "prod");

            assertThat(ran.exitCode()).as(ran.all()).isEqualTo(3);
            assertThat(ran.errorLines())
                    .singleElement()
                    .asString()
                    .contains("Permission denied", "ask whoever runs the daemon");
            assertThat(running.isAlive()).isTrue();
        }
    }

    @Test
    void socketOfAGroup_memberWithoutARight_5() throws Exception {
        configure("");
        shareWithNobodysGroup();
        try (Daemon running = place.serve()) {
            Ran ran = asNobody("token", "prod");

            assertThat(ran.exitCode()).as(ran.all()).isEqualTo(5);
            assertThat(ran.errorLines()).singleElement().asString().contains("ask whoever runs the broker");
            assertThat(asNobody("token", "nosuch").err()).isEqualTo(ran.err());
            assertThat(running.isAlive()).isTrue();
        }
    }

    @Test
    void socketOfAGroup_memberWithOneRight_thatAndNoOther() throws Exception {
        configure("clients: [ { name: kubectl-users, match: { uid: " + OtherUser.NOBODY
                + " }, allow: [ \"kube:prod\" ] } ]\n");
        shareWithNobodysGroup();
        try (Daemon running = place.serve()) {
            Ran kube = asNobody("token", "prod", "--kind", "kube");
            assertThat(kube.exitCode()).as(kube.all()).isZero();
            assertThat(kube.out()).startsWith("ey");

            assertThat(asNobody("token", "prod").exitCode()).isEqualTo(5);
            assertThat(asNobody("logout", "prod").exitCode()).isEqualTo(5);
            assertThat(asNobody("status", "prod").exitCode()).isZero();
            assertThat(running.isAlive()).isTrue();
        }
    }

    /** A daemon that served its owner alone left a directory of mode 0700 behind. */
    @Test
    void directoryClosedToTheGroup_serve_saysWhatToRun() throws Exception {
        configure("");
        Files.createDirectory(
                place.directory().resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        shareWithNobodysGroup();
        try (Daemon running = place.serve()) {
            assertThat(running.log()).contains("chmod 0750 " + place.directory().resolve("run"));
            assertThat(asNobody("status").exitCode()).isEqualTo(3);
        }
    }

    /** The daemon itself as that user, which is in no group of root's. */
    @Test
    void groupThatTheDaemonIsNotIn_serve_saysWhatItNeeds() throws Exception {
        Path own = Files.createDirectory(place.directory().resolve("nobodys"));
        Files.writeString(
                own.resolve("broker.yaml"),
                "accounts: { prod: { api-key: { env: KEY } } }\n"
                        + "listen: { unix: { path: %s/run/broker.sock, mode: \"0660\", group: root } }\n".formatted(own)
                        + "state: { dir: %s/state }\n".formatted(own));
        Files.setAttribute(own, "unix:uid", OtherUser.NOBODY);
        Path launcher = place.directory().resolve("dist/bin/iam-broker");
        Ran serve = OtherUser.nobody(launcher)
                .with("serve", "--config", own.resolve("broker.yaml"))
                .env("KEY", EmulatedCloud.PROD_API_KEY)
                .in(Path.of("/"))
                .run();
        assertThat(serve.exitCode()).as(serve.all()).isEqualTo(1);
        assertThat(serve.err())
                .contains("listen.unix.group names the group root, and the daemon's user (uid " + OtherUser.NOBODY
                        + ") cannot give it the socket, as it is not in it: add the user to the group (with systemd by"
                        + " 'SupplementaryGroups=root') and start anew, or name a group that it is in")
                .doesNotContain("FileSystemException");
        assertThat(own.resolve("run")).doesNotExist();
    }

    @AfterEach
    void removeTheSocketsDirectory() throws IOException {
        Files.deleteIfExists(place.socket());
        Files.deleteIfExists(place.directory().resolve("run"));
    }

    private void configure(String clients) throws IOException {
        place.configure(
                cloud.emulator(),
                "accounts: { prod: { api-key: { file: prod-key }, account-id: " + EmulatedCloud.PROD_ACCOUNT + " } }\n"
                        + clients);
    }

    private void shareWithNobodysGroup() throws IOException {
        String yaml = Files.readString(place.configFile());
        Files.writeString(
                place.configFile(),
                yaml.replace("broker.sock }", "broker.sock, mode: \"0660\", group: \"" + OtherUser.NOBODY + "\" }"));
    }

    private Ran asNobody(Object... arguments) throws IOException, InterruptedException {
        Path launcher = place.directory().resolve("dist/bin/iam-broker");
        return OtherUser.nobody(launcher)
                .with("--socket", place.socket())
                .with(arguments)
                .in(Path.of("/"))
                .run();
    }
}
