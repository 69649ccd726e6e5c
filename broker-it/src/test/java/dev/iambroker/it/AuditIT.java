package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Sandbox;
import dev.iambroker.it.harness.Scrape;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit log of the packaged daemon, as its operator sees it, through crashes, full disks and rotations. */
final class AuditIT {
    private static final String MISSED = "iam_broker_audit_missed_total";

    private final EmulatedCloud cloud = SampleCloud.start();
    private Workplace place;

    @BeforeEach
    void create() throws IOException {
        place = Workplace.create();
        place.secret("key", EmulatedCloud.PROD_API_KEY);
    }

    @AfterEach
    void end() throws IOException {
        cloud.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    private Path directory() {
        return place.directory().resolve("log");
    }

    private Path log() {
        return directory().resolve("audit.jsonl");
    }

    private void configure(String more) throws IOException {
        Files.createDirectories(directory());
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: %s/key }, account-id: %s }
                audit: { file: %s%s }
                """.formatted(place.directory(), EmulatedCloud.PROD_ACCOUNT, log(), more));
    }

    private Answer token() throws IOException {
        return place.http().get("/v1/accounts/prod/token");
    }

    @Test
    void audit_throughKills_verifiesAndTellsWhoHasAToken() throws Exception {
        configure("");
        String leaked = "";
        for (int life = 0; life < 3; life++) {
            try (Daemon daemon = place.serve()) {
                for (int i = 0; i < 50; i++) {
                    Answer answer = token();
                    assertThat(answer.status()).isEqualTo(200);
                    leaked = answer.text("access_token");
                }
                assertThat(place.http().get("/v1/accounts/none/token").status()).isEqualTo(404);
                assertVerified(place.run("audit", "verify"));
                if (life == 2) {
                    assertTold(leaked);
                }
                daemon.kill();
            }
            assertVerified(offline());
            assertThat(Files.readString(log())).doesNotContain(leaked);
        }
        Files.writeString(
                log(), Files.readString(log()).replaceFirst("\"action\":\"access\"", "\"action\":\"accesS\""));
        Ran edited = offline();
        assertThat(edited.exitCode()).isEqualTo(1);
        assertThat(edited.err()).contains(log() + " line 1: has a wrong MAC").hasLineCount(1);
        try (Daemon daemon = place.serve()) {
            assertThat(daemon.isAlive()).isTrue();
            assertThat(place.run("audit", "verify").exitCode()).isEqualTo(1);
        }
    }

    private void assertTold(String leaked) throws Exception {
        Ran whoHas = place.cli("audit", "who-has", "-").stdin(leaked + "\n").run();
        assertThat(whoHas.exitCode()).as(whoHas.all()).isZero();
        assertThat(whoHas.out())
                .contains("access prod", "pid " + ProcessHandle.current().pid());
        Ran tail = place.run("audit", "tail", "-n", "3");
        assertThat(tail.out().lines()).hasSize(3);
        assertThat(tail.out()).contains("audit-verify");
        Ran all = place.run("audit", "tail", "-n", "100", "--output", "json");
        assertThat(all.out()).contains("\"source\":\"cached\"").doesNotContain(leaked);
    }

    private Ran offline(Object... files) throws Exception {
        return place.program("audit", "verify", "--offline", "--config", place.configFile())
                .with(files)
                .run();
    }

    private static void assertVerified(Ran ran) {
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).containsPattern("as (it was|they were) written");
    }

    @Test
    void audit_movedAwayAndHungUp_goesOnInANewFile() throws Exception {
        configure("");
        try (Daemon daemon = place.serve()) {
            assertThat(token().status()).isEqualTo(200);
            assertVerified(place.run("audit", "verify"));
            Path moved = log().resolveSibling("audit.jsonl.1");
            Files.move(log(), moved);
            daemon.signal("HUP");
            daemon.awaitLog("the audit log goes on in a new");
            assertThat(place.run("audit", "tail").exitCode()).isZero();
            daemon.await(
                    "its first record",
                    () -> Files.exists(log()) && log().toFile().length() > 0);
            Ran alone = place.run("audit", "verify");
            assertThat(alone.exitCode()).isEqualTo(1);
            assertThat(alone.err()).contains("are not here; name the files that were moved away");
            daemon.terminate();
            assertThat(daemon.awaitExit()).isZero();
            assertVerified(offline(moved, log()));
        }
    }

    /** Whoever deletes the log and its head together does not leave a clean slate. */
    @Test
    void audit_logAndHeadDeletedTogether_isToldAtTheNextStartAndFoundByVerifyForEver() throws Exception {
        configure("");
        try (Daemon daemon = place.serve()) {
            daemon.awaitLog("a new audit log begins with record 1");
            assertThat(token().status()).isEqualTo(200);
            assertVerified(place.run("audit", "verify"));
            daemon.kill();
        }
        Files.delete(log());
        Files.delete(place.state().resolve("audit.head"));
        Ran store = store("verify");
        assertThat(store.exitCode()).isEqualTo(1);
        assertThat(store.out())
                .contains("WRONG  audit.head: missing, and the keyring says that an audit log was begun");
        assertThat(offline().exitCode()).isEqualTo(1);
        for (int start = 0; start < 2; start++) {
            try (Daemon daemon = place.serve()) {
                if (start == 0) {
                    daemon.awaitLog("ERROR");
                    daemon.awaitLog("the audit log of this state directory is gone");
                }
                assertThat(token().status()).isEqualTo(200);
                assertLossFound(place.run("audit", "verify"));
                daemon.terminate();
                assertThat(daemon.awaitExit()).isZero();
            }
            assertLossFound(offline());
        }
    }

    private void assertLossFound(Ran verify) {
        assertThat(verify.exitCode()).as(verify.all()).isEqualTo(1);
        assertThat(verify.err())
                .contains(
                        log() + " line 1: says that the log before it and its sealed head were gone when it was begun")
                .hasLineCount(1);
    }

    /** A full disk stops hand-outs only where records are required, and only as long as it is full. */
    @Test
    void auditRequired_fullDisk_refusesWithAWordAndComesBack() throws Exception {
        try (Sandbox sandbox = Sandbox.open()) {
            configure(", required: true");
            mountLog(sandbox);
            try (Daemon daemon = serve(sandbox)) {
                assertThat(token().status()).isEqualTo(200);
                Path filling = fill(sandbox);
                Answer refused = token();
                while (refused.status() == 200) {
                    refused = token();
                }
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.head()).contains("Retry-After: 5");
                assertThat(refused.text("type")).isEqualTo("urn:iam-broker:problem:audit_unavailable");
                assertThat(refused.body()).doesNotContain("access_token");
                Ran command = place.run("token", "prod");
                assertThat(command.exitCode()).isEqualTo(6);
                assertThat(command.err()).contains("the audit log cannot be written");
                assertThat(place.http().get("/v1/accounts/prod").status()).isEqualTo(200);
                Files.delete(filling);
                assertThat(token().status()).isEqualTo(200);
                assertVerified(place.run("audit", "verify"));
                assertThat(daemon.isAlive()).isTrue();
            }
        }
    }

    @Test
    void auditNotRequired_fullDisk_servesOnAndCountsTheGap() throws Exception {
        try (Sandbox sandbox = Sandbox.open()) {
            configure("");
            mountLog(sandbox);
            try (Daemon daemon = serve(sandbox)) {
                assertThat(token().status()).isEqualTo(200);
                Path filling = fill(sandbox);
                for (int i = 0; i < 20; i++) {
                    // Each asks for something else, so that none is a repeat.
                    Answer answer = place.http().get("/v1/accounts/prod/token?kind=kube&cluster=" + i);
                    assertThat(answer.status()).isNotEqualTo(503);
                    assertThat(token().status()).isEqualTo(200);
                    assertThat(place.run("token", "prod").exitCode()).isZero();
                    if (Scrape.of(place.http()).sum(MISSED) > 0) {
                        break;
                    }
                }
                daemon.await("a gap to be counted", () -> missed() > 0);
                Files.delete(filling);
                assertThat(place.run("token", "prod").exitCode()).isZero();
                Ran verify = place.run("audit", "verify");
                assertThat(verify.exitCode()).as(verify.all()).isZero();
                assertThat(verify.out()).contains("events were missed");
            }
        }
    }

    private double missed() {
        try {
            return Scrape.of(place.http()).sum(MISSED);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void mountLog(Sandbox sandbox) throws Exception {
        sandbox.must("mount -t tmpfs -o size=64k,mode=0700 log " + directory());
    }

    private Daemon serve(Sandbox sandbox) throws Exception {
        return place.serve(sandbox.seeingMounts(place.program("serve", "--config", place.configFile())));
    }

    private Path fill(Sandbox sandbox) throws IOException {
        Path filling = sandbox.reached(directory()).resolve("filling");
        try (OutputStream out = Files.newOutputStream(filling)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException full) {
            return filling;
        }
    }

    /** From one state key to another, by way of both, and to another data key: no session is lost on the way. */
    @Test
    void stateKey_rotatedByConfiguration_losesNoSessionAndNoProof() throws Exception {
        place.secret("old-key", "the old key of this store");
        place.secret("new-key", "the new key of this store");
        place.secret("password", EmulatedCloud.PASSWORD);
        for (List<String> keys : List.of(List.of("old"), List.of("old", "new"), List.of("new"))) {
            configureKeys(keys);
            try (Daemon daemon = place.serve()) {
                assertThat(token().status()).isEqualTo(200);
                Ran verify = store("verify");
                assertThat(verify.exitCode()).as(verify.all()).isZero();
                assertThat(verify.out()).contains("sessions/prod.session: opens", "audit.head: opens");
                for (String key : keys) {
                    assertThat(verify.out()).contains(key + "-key");
                }
                Ran rotate = store("rotate");
                assertThat(rotate.exitCode()).isEqualTo(1);
                assertThat(rotate.err()).contains("is in use by another iam-broker");
                daemon.terminate();
                assertThat(daemon.awaitExit()).isZero();
            }
        }
        Ran rotate = store("rotate");
        assertThat(rotate.out()).as(rotate.all()).contains("a new data key seals 1 session");
        try (Daemon daemon = place.serve()) {
            assertThat(token().status()).isEqualTo(200);
            assertVerified(place.run("audit", "verify"));
            assertThat(daemon.log()).doesNotContain("damaged");
        }
        configureKeys(List.of("old"));
        Ran refused = store("verify");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).contains("WRONG  keyring: no configured key opens it");
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
    }

    private Ran store(String what) throws Exception {
        return place.program("store", what, "--config", place.configFile()).run();
    }

    private void configureKeys(List<String> keys) throws IOException {
        Files.createDirectories(directory());
        String references = String.join(
                ", ", keys.stream().map(key -> "{ file: " + key + "-key }").toList());
        Files.writeString(
                place.configFile(),
                Workplace.endpoints(cloud.emulator())
                        + """
                accounts:
                  prod: { password: { username: %s, password: { file: password } }, account-id: %s }
                audit: { file: %s }
                state: { dir: %s, key: [ %s ] }
                listen: { unix: { path: %s } }
                """.formatted(
                                        EmulatedCloud.USER,
                                        EmulatedCloud.PROD_ACCOUNT,
                                        log(),
                                        place.state(),
                                        references,
                                        place.socket()));
    }
}
