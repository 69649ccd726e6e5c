package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.client.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcFsTest {
    @TempDir
    Path root;

    @Test
    void startTime_nameWithParenthesesAndSpaces_isField22() throws IOException {
        String before = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ";
        Files.writeString(process(42).resolve("stat"), "42 (a) b) 7 (c) " + before + "987654321 20 21 22\n");

        assertThat(new ProcFs(root).startTime(42)).isEqualTo(987654321L);
    }

    @Test
    void startTime_goneOrOddOrForeign_unknown() throws IOException {
        Files.writeString(process(1).resolve("stat"), "");
        Files.writeString(process(2).resolve("stat"), "2 (x) S 1 2");
        ProcFs proc = new ProcFs(root);

        assertThat(new long[] {proc.startTime(1), proc.startTime(2), proc.startTime(3), proc.startTime(0)})
                .containsOnly(ProcFs.UNKNOWN);
    }

    @Test
    void parent_ofAPinnedProcess_isPinnedToo() throws IOException {
        String rest = " 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ";
        Files.writeString(process(7).resolve("stat"), "7 (kube (ctl)) S 1" + rest + "700 20");
        Files.writeString(process(42).resolve("stat"), "42 (a) b) S 7" + rest + "4200 20");
        Files.writeString(process(43).resolve("stat"), "43 (orphan) S 1" + rest + "4300 20");
        Files.writeString(process(44).resolve("stat"), "44 (child of nobody) S 99" + rest + "4400 20");
        ProcFs proc = new ProcFs(root);

        assertThat(proc.parent(42, 4200)).isEqualTo(new Caller(7, 700, "kube (ctl)"));
        assertThat(proc.parent(42, 4199)).as("another process by then").isNull();
        assertThat(proc.parent(42, ProcFs.UNKNOWN)).isNull();
        assertThat(proc.parent(43, 4300)).isNull();
        assertThat(proc.parent(44, 4400)).isNull();
        assertThat(proc.parent(0, 0)).isNull();
    }

    @Test
    void groups_severalAndLarge_read() throws IOException {
        Files.writeString(process(42).resolve("status"), "Name:\tx\nGroups:\t4 27 4294967294 \nNStgid:\t42\n");
        Files.writeString(process(43).resolve("status"), "Name:\tx\nGroups:\t \n");
        ProcFs proc = new ProcFs(root);

        assertThat(proc.groups(42)).containsExactlyInAnyOrder(4, 27, -2);
        assertThat(proc.groups(43)).isEmpty();
        assertThat(proc.groups(44)).isEmpty();
    }

    @Test
    void cgroup_unifiedOrBesideTheFirstVersion_isThatOfSystemd() throws IOException {
        Files.writeString(process(1).resolve("cgroup"), "0::/system.slice/build.service\n");
        Files.writeString(
                process(2).resolve("cgroup"),
                "12:cpu,cpuacct:/x\n1:name=systemd:/system.slice/build.service\n0::/system.slice/build.service\n");
        Files.writeString(process(3).resolve("cgroup"), "1:name=systemd:/system.slice/old.service\n0::/\n");
        Files.writeString(process(4).resolve("cgroup"), "0::/\n");
        Files.writeString(process(5).resolve("cgroup"), "3:memory:/0::/system.slice/fake.service\n");
        ProcFs proc = new ProcFs(root);

        assertThat(proc.cgroup(1)).isEqualTo("/system.slice/build.service");
        assertThat(proc.cgroup(2)).isEqualTo("/system.slice/build.service");
        assertThat(proc.cgroup(3)).isEqualTo("/system.slice/old.service");
        assertThat(proc.cgroup(4)).isEqualTo("/");
        assertThat(proc.cgroup(5)).isNull();
        assertThat(proc.cgroup(6)).isNull();
    }

    @Test
    void pidOfPidfd_processThereOrGone_itsPidOrNone() throws IOException {
        Files.createDirectories(root.resolve("self/fdinfo"));
        Files.writeString(root.resolve("self/fdinfo/7"), "pos:\t0\nflags:\t02000002\nPid:\t42\nNSpid:\t42\n");
        Files.writeString(root.resolve("self/fdinfo/8"), "pos:\t0\nPid:\t-1\n");
        ProcFs proc = new ProcFs(root);

        assertThat(proc.pidOfPidfd(7)).isEqualTo(42);
        assertThat(proc.pidOfPidfd(8)).isEqualTo(-1);
        assertThat(proc.pidOfPidfd(9)).isEqualTo(-1);
    }

    @Test
    void openFilesLimit_asTheKernelWritesIt_isTheSoftOne() throws IOException {
        Files.createDirectories(root.resolve("self"));
        Path limits = root.resolve("self/limits");
        Files.writeString(
                limits,
                "Max processes  5 5 processes\nMax open files            1024                 4096                 files\n");
        assertThat(new ProcFs(root).openFilesLimit()).isEqualTo(1024);
        Files.writeString(limits, "Max open files            unlimited            unlimited            files\n");
        assertThat(new ProcFs(root).openFilesLimit()).isEqualTo(Integer.MAX_VALUE);
        assertThat(new ProcFs().openFilesLimit()).isPositive();
    }

    @Test
    void exe_ofThisProcess_isTheJvm() throws IOException {
        int self = (int) ProcessHandle.current().pid();
        ProcFs proc = new ProcFs();
        assertThat(Path.of(proc.exe(self))).isEqualTo(proc.exeFile(self).toRealPath());
    }

    @Test
    void uptime_asTheKernelWritesIt_read() throws IOException {
        Files.writeString(root.resolve("uptime"), "350735.47 234388.90\n");
        Files.createDirectories(root.resolve("sys/kernel/random"));
        Files.writeString(root.resolve("sys/kernel/random/boot_id"), "0a1b2c3d-1111-2222-3333-444455556666\n");
        ProcFs proc = new ProcFs(root);

        assertThat(proc.uptime()).isEqualTo(Duration.ofMillis(350_735_470));
        assertThat(proc.bootId()).isEqualTo("0a1b2c3d-1111-2222-3333-444455556666");
    }

    @Test
    void mappedFiles_asTheKernelListsThem_areFoundByTheirEnding() throws IOException {
        assertThat(new ProcFs(root).isMapped(".aot")).isFalse();
        Files.createDirectories(root.resolve("self"));
        Files.writeString(root.resolve("self/maps"), """
                7f10-7f20 rw-p 00000000 fe:00 1234                       /opt/iam broker/lib/iam-broker-0a1b.aot
                7f20-7f30 rw-p 00000000 00:00 0\s
                """);

        assertThat(new ProcFs(root).isMapped(".aot")).isTrue();
        assertThat(new ProcFs(root).isMapped(".jsa")).isFalse();
    }

    @Test
    void uptime_missingOrOdd_isNone() throws IOException {
        assertThat(new ProcFs(root).uptime()).isNull();
        assertThat(new ProcFs(root).bootId()).isNull();
        Files.writeString(root.resolve("uptime"), "soon\n");
        assertThat(new ProcFs(root).uptime()).isNull();
    }

    @Test
    void uptime_realMachine_goesOn() {
        ProcFs proc = new ProcFs();

        assertThat(proc.bootId()).isNotNull().isEqualTo(proc.bootId());
        assertThat(proc.uptime()).isPositive();
    }

    @Test
    void startTime_realProcess_staysTheSame() {
        ProcFs proc = new ProcFs();
        int self = (int) ProcessHandle.current().pid();

        assertThat(proc.startTime(self)).isPositive().isEqualTo(proc.startTime(self));
    }

    private Path process(int pid) throws IOException {
        return Files.createDirectory(root.resolve(Integer.toString(pid)));
    }
}
