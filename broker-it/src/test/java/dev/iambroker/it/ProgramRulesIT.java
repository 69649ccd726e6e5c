package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.OtherUser;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** Rules that ask what a process of another user runs, tried by several programs of that one user. */
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProgramRulesIT {
    private static final int ANOTHER = 65533;

    /** Asks for a token over one connection and prints the answer. */
    private static final String ASK = """
            use Socket;
            socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
            connect($s, pack_sockaddr_un($ARGV[0])) or die "connect: $!";
            syswrite($s, "GET /v1/accounts/prod/token HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n");
            print while <$s>;
            """;

    /** Connects as itself, leaves the connection to a child, executes the trusted program, and lets the child ask. */
    private static final String HAND_ON = """
            use Socket;
            my ($path, $trusted) = @ARGV;
            socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
            connect($s, pack_sockaddr_un($path)) or die "connect: $!";
            syswrite($s, "GET /livez HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n");
            sysread($s, my $alive, 65536);
            my $parent = $$;
            if (fork) {
                exec $trusted, "-e", "sleep 30";
            }
            select(undef, undef, undef, 0.01) until readlink("/proc/$parent/exe") eq $trusted;
            syswrite($s, "GET /v1/accounts/prod/token HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n");
            print while <$s>;
            kill 9, $parent;
            """;

    /** Opens all that it can, over and over. */
    private static final String FLOOD = """
            use Socket;
            my @open;
            while (1) {
                if (socket(my $s, PF_UNIX, SOCK_STREAM, 0)) {
                    connect($s, pack_sockaddr_un($ARGV[0]));
                    push @open, $s;
                } else {
                    @open = ();
                }
            }
            """;

    /** Asks without a pause over fifty connections, reads what comes, and begins bodies over hundreds that it never ends. */
    private static final String FLOOD_OF_REQUESTS = """
            use Socket;
            use IO::Handle;
            $SIG{PIPE} = "IGNORE";
            my $asks = "GET /v1/accounts/prod/token HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" x 1000;
            my $head = "POST /v1/kube-credential HTTP/1.1\\r\\nHost: x\\r\\n";
            my $chunks = $head . "Transfer-Encoding: chunked\\r\\n\\r\\n8000\\r\\n" . "x" x 0x8000 . "\\r\\n7000\\r\\n"
                . "x" x 0x7000 . "\\r\\n";
            my $sized = $head . "Content-Length: 65000\\r\\n\\r\\n" . "x" x 64000;
            my (@open, @asking);
            sub opened {
                socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
                connect($s, pack_sockaddr_un($ARGV[0])) or die "connect: $!";
                $s->blocking(0);
                return $s;
            }
            push @asking, opened() for 1 .. 50;
            for my $n (1 .. 900) {
                my $s = opened();
                syswrite($s, $n % 2 ? $chunks : $sized);
                push @open, $s;
            }
            print "open\\n";
            STDOUT->flush();
            while (1) {
                for my $s (@asking) {
                    my $n = sysread($s, my $answers, 1 << 18);
                    $s = opened() if defined $n && $n == 0;
                    syswrite($s, $asks);
                }
                my $s = shift @open;
                close $s;
                $s = opened();
                syswrite($s, @open % 2 ? $chunks : $sized);
                push @open, $s;
            }
            """;

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private Path trusted;
    private Path sameContent;

    ProgramRulesIT() throws IOException {
        place = Workplace.create();
        trusted = place.directory().resolve("trusted");
        sameContent = place.directory().resolve("same-content");
    }

    @BeforeAll
    void prepare() throws Exception {
        Needs.root("to run commands as another user");
        Needs.program("perl", "perl-base");
        Needs.program("setpriv", "util-linux");
        Files.setPosixFilePermissions(place.directory(), PosixFilePermissions.fromString("rwx--x--x"));
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        Path perl =
                Path.of(Program.shell("command -v perl").run().out().strip()).toRealPath();
        trusted = Files.copy(perl, place.directory().toRealPath().resolve("trusted"));
        sameContent = Files.copy(perl, place.directory().toRealPath().resolve("same-content"));
    }

    @AfterAll
    void stop() throws IOException {
        place.close();
        cloud.close();
    }

    private void configure(String match) throws IOException {
        Files.deleteIfExists(place.socket());
        Files.deleteIfExists(place.directory().resolve("run"));
        place.configure(cloud.emulator(), """
                accounts: { prod: { api-key: { file: prod-key }, account-id: %s } }
                clients:
                  - { name: by-program, match: { uid: %d, %s }, allow: [ "access:prod" ] }
                  - { name: others, match: { gid: %2$d }, allow: [ "list:prod" ] }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, OtherUser.NOBODY, match));
        String yaml = Files.readString(place.configFile());
        Files.writeString(
                place.configFile(),
                yaml.replace("broker.sock }", "broker.sock, mode: \"0660\", group: \"" + OtherUser.NOBODY + "\" }"));
    }

    private static Program as(int uid, Object... command) {
        return OtherUser.as(uid, command).in(Path.of("/"));
    }

    private String ask(Path program) throws IOException, InterruptedException {
        return as(OtherUser.NOBODY, program, "-e", ASK, place.socket()).run().out();
    }

    @Test
    void exe_programsOfOneUser_onlyTheOneNamedHasTheRight() throws Exception {
        configure("exe: " + trusted);
        try (Daemon running = place.serve()) {
            assertThat(ask(trusted)).startsWith("HTTP/1.1 200 ");
            assertThat(ask(sameContent)).startsWith("HTTP/1.1 403 ").contains("client \\\"others\\\" has no right");
            assertThat(running.isAlive()).isTrue();
        }
    }

    @Test
    void exeSha256_anyPath_theContentDecides() throws Exception {
        Ran sum = Program.of("sha256sum", trusted).run();
        configure("exe-sha256: " + sum.out().split(" ", 2)[0]);
        try (Daemon running = place.serve()) {
            assertThat(ask(trusted)).startsWith("HTTP/1.1 200 ");
            assertThat(ask(sameContent)).startsWith("HTTP/1.1 200 ");
            Path other = Files.copy(trusted, place.directory().resolve("other"));
            Files.write(other, new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
            assertThat(ask(other)).startsWith("HTTP/1.1 403 ");
            assertThat(running.isAlive()).isTrue();
        }
    }

    @Test
    void exe_connectionHandedOnByAnotherProgram_isNotTrusted() throws Exception {
        configure("exe: " + trusted);
        try (Daemon running = place.serve()) {
            Ran ran = as(OtherUser.NOBODY, sameContent, "-e", HAND_ON, place.socket(), trusted)
                    .within(Duration.ofSeconds(20))
                    .run();
            assertThat(ran.out()).as(ran.all()).startsWith("HTTP/1.1 403 ");
            assertThat(running.isAlive()).isTrue();
        }
    }

    /** In mounts of its own a user puts its own file where the trusted one is. */
    @Test
    void exe_pathInMountsOfItsOwn_isNotTrusted() throws Exception {
        boolean canUnshare =
                as(OtherUser.NOBODY, "unshare", "-Urm", "true").run().exitCode() == 0;
        assumeTrue(canUnshare, "users cannot make namespaces here");
        configure("exe: " + trusted);
        try (Daemon running = place.serve()) {
            String script = "mount --bind '" + sameContent + "' '" + trusted + "' && exec '" + trusted + "' \"$@\"";
            Ran ran = as(OtherUser.NOBODY, "unshare", "-Urm", "sh", "-c", script, "sh", "-e", ASK, place.socket())
                    .run();
            assertThat(ran.out()).as(ran.all()).startsWith("HTTP/1.1 403 ");
            assertThat(running.log()).contains("has mounts of its own");
        }
    }

    @Test
    void exe_daemonWithoutTheCapability_matchesNobodyAndSaysWhy() throws Exception {
        configure("exe: " + trusted);
        Object[] without = {"setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-all"};
        try (Daemon running = place.serve(
                place.program("serve", "--config", place.configFile()).by(without))) {
            assertThat(ask(trusted)).startsWith("HTTP/1.1 403 ").contains("client \\\"others\\\" has no right");
            assertThat(ask(trusted)).startsWith("HTTP/1.1 403 ");
            assertThat(running.log())
                    .containsOnlyOnce("do not match a process of uid " + OtherUser.NOBODY)
                    .contains("CAP_SYS_PTRACE");
        }
        Ran checked = place.program("check-config", "--config", place.configFile())
                .by(without)
                .run();
        assertThat(checked.err()).contains("never matches as things are", "CAP_SYS_PTRACE");
    }

    @Test
    void flood_ofOneUser_anotherIsAnswered() throws Exception {
        configure("exe: " + trusted);
        try (Daemon running = place.serve()) {
            Process flood = as(OtherUser.NOBODY, "perl", "-e", FLOOD, place.socket())
                    .start(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()),
                            place.directory().resolve("flood.out"),
                            place.directory().resolve("flood.err"));
            try {
                running.await("one user to have all the connections it may", () -> openFilesOf(running) > 1024);
                for (int i = 0; i < 20; i++) {
                    Ran ran = as(ANOTHER, "perl", "-e", "alarm 10;" + ASK, place.socket())
                            .run();
                    assertThat(ran.out()).as(ran.all()).contains("client \\\"others\\\" has no right");
                    assertThat(place.http().get("/livez").status()).isEqualTo(200);
                }
                assertThat(flood.isAlive()).isTrue();
            } finally {
                flood.destroyForcibly().waitFor();
            }
        }
    }

    /** Requests that are refused, and such that never end: they cost others neither their turn nor the daemon its memory. */
    @Test
    void floodOfRequests_ofOneUser_anotherIsAnswered() throws Exception {
        configure("exe: " + trusted);
        try (Daemon running = place.serve()) {
            Path out = place.directory().resolve("requests.out");
            Process flood = as(OtherUser.NOBODY, "perl", "-e", FLOOD_OF_REQUESTS, place.socket())
                    .start(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()),
                            out,
                            place.directory().resolve("requests.err"));
            try {
                running.await("all its connections to be open", () -> isWritten(out));
                for (int i = 0; i < 20; i++) {
                    Ran ran = as(ANOTHER, "perl", "-e", "alarm 10;" + ASK, place.socket())
                            .run();
                    assertThat(ran.out()).as(ran.all()).contains("client \\\"others\\\" has no right");
                    assertThat(place.http().get("/livez").status()).isEqualTo(200);
                }
                assertThat(flood.isAlive()).isTrue();
                assertThat(running.isAlive()).isTrue();
            } finally {
                flood.destroyForcibly().waitFor();
            }
        }
    }

    private static boolean isWritten(Path file) {
        return file.toFile().length() > 0;
    }

    private static int openFilesOf(Daemon running) {
        String[] open = Path.of("/proc/" + running.pid() + "/fd").toFile().list();
        return open == null ? 0 : open.length;
    }
}
