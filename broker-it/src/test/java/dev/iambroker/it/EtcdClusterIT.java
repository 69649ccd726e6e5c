package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.EtcdCluster;
import dev.iambroker.it.harness.EtcdCluster.Entry;
import dev.iambroker.it.harness.EtcdMember;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.Strait;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** That the etcd under the fleet's tests is one, and breaks as those tests mean it to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EtcdClusterIT {
    private EtcdCluster etcd;

    @BeforeAll
    void start() throws Exception {
        etcd = EtcdCluster.start();
    }

    @AfterAll
    void end() throws IOException {
        if (etcd != null) {
            etcd.close();
        }
    }

    private Ran put(EtcdMember member, String key, String value) throws Exception {
        return etcd.ctl(member, "put", key, value);
    }

    @Test
    void put_atOne_isInTheDumpAndTheFilesOfAll() throws Exception {
        assertThat(put(etcd.members().get(2), "dumped", "word-in-the-dump").exitCode())
                .isZero();
        assertThat(etcd.dump()).contains(new Entry("dumped", "word-in-the-dump"));
        etcd.awaitAnswers();
        assertThat(etcd.files().stream().filter(file -> file.contains("word-in-the-dump")))
                .hasSizeGreaterThanOrEqualTo(EtcdCluster.SIZE);
    }

    @Test
    void withoutCertificate_isRefused() throws Exception {
        String url = "https://127.0.0.1:" + etcd.ports().getFirst();
        Ran ran = Program.of("etcdctl", "--endpoints", url, "--cacert", etcd.caFile(), "--command-timeout", "2s")
                .with("get", "x")
                .run();
        assertThat(ran.exitCode()).isNotZero();
    }

    @Test
    void demandUsers_lookAtTheirRights() throws Exception {
        try (EtcdCluster closed = EtcdCluster.start()) {
            closed.demandUsers("member", "stranger", "emulated-password", "/below");
            EtcdMember first = closed.members().getFirst();
            assertThat(closed.ctl(first, "put", "/below/this", "1", "--user", "member:emulated-password")
                            .exitCode())
                    .isZero();
            assertThat(closed.ctl(first, "put", "/beside", "1", "--user", "member:emulated-password")
                            .err())
                    .contains("permission denied");
            assertThat(closed.ctl(first, "put", "/below/this", "1", "--user", "stranger:emulated-password")
                            .err())
                    .contains("permission denied");
            assertThat(closed.dump()).containsExactly(new Entry("/below/this", "1"));
        }
    }

    @Test
    void killed_othersGoOn_andItComesBackWithTheirs() throws Exception {
        EtcdMember victim = etcd.members().getFirst();
        victim.kill();
        EtcdMember other = etcd.members().get(1);
        Ran ran = put(other, "while-killed", "1");
        for (int more = 10; more > 0 && ran.exitCode() != 0; more--) {
            ran = put(other, "while-killed", "1");
        }
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        victim.start();
        etcd.awaitAnswers();
        assertThat(etcd.ctl(victim, "get", "while-killed").out()).contains("while-killed");
    }

    /** Its clients reach it, and learn nothing: not even that it leads no more, if it did. */
    @Test
    void cutOff_leaderAnswersNobody_othersGoOn_andItJoinsThem() throws Exception {
        EtcdMember victim = etcd.members().get(etcd.leader());
        etcd.cutOff(victim);
        try {
            assertThat(put(victim, "from-the-island", "1").exitCode()).isNotZero();
            EtcdMember other = etcd.members().stream()
                    .filter(member -> member != victim)
                    .findFirst()
                    .orElseThrow();
            Ran ran = put(other, "while-cut", "1");
            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(etcd.ctl(victim, "get", "while-cut", "--consistency", "s")
                            .out())
                    .isEmpty();
        } finally {
            etcd.join();
        }
        etcd.awaitAnswers();
        assertThat(etcd.ctl(victim, "get", "while-cut").out()).contains("while-cut");
    }

    @Test
    void strait_holdsWhatIsSentWhileItIsCut() throws Exception {
        try (Strait strait = Strait.to(etcd.ports().getFirst())) {
            String through = "https://127.0.0.1:" + strait.port();
            Program get = Program.of("etcdctl", "--endpoints", through, "--command-timeout", "2s")
                    .with("--cacert", etcd.caFile(), "--cert", etcd.clientCertFile(), "--key", etcd.clientKeyFile())
                    .with("get", "x");
            assertThat(get.run().exitCode()).isZero();
            strait.cut();
            assertThat(get.run().exitCode()).isNotZero();
            strait.open();
            assertThat(get.run().exitCode()).isZero();
        }
    }
}
