package dev.iambroker.it.soak;

import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.FakeClock;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Sandbox;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The machine that the daemon runs on: its process, its wall clock and its disk. Confined to one thread at a time. */
final class Machine implements AutoCloseable {
    private final Sandbox sandbox;
    private final Workplace place;
    private final FakeClock clock;
    private final StringBuilder logs = new StringBuilder();
    private Daemon daemon;

    private Machine(Sandbox sandbox, Workplace place, FakeClock clock, Daemon daemon) {
        this.sandbox = sandbox;
        this.place = place;
        this.clock = clock;
        this.daemon = daemon;
    }

    /** Starts the daemon. The test is skipped where namespaces or libfaketime are not there. */
    static Machine start(Sandbox sandbox, Workplace place) throws IOException, InterruptedException {
        FakeClock clock = FakeClock.in(place);
        Files.createDirectory(place.state());
        sandbox.must("mount -t tmpfs -o size=2m,mode=0700 state " + place.state());
        return new Machine(sandbox, place, clock, launch(sandbox, place, clock));
    }

    private static Daemon launch(Sandbox sandbox, Workplace place, FakeClock clock)
            throws IOException, InterruptedException {
        Program program = place.program("serve", "--config", place.configFile());
        return place.serve(sandbox.seeingMounts(clock.seenBy(program)));
    }

    void kill() throws IOException {
        daemon.kill();
        logs.append(daemon.log());
    }

    void startAgain() throws IOException, InterruptedException {
        daemon = launch(sandbox, place, clock);
    }

    void freeze() throws IOException, InterruptedException {
        daemon.signal("STOP");
    }

    void hangUp() throws IOException, InterruptedException {
        daemon.signal("HUP");
    }

    void thaw() throws IOException, InterruptedException {
        daemon.signal("CONT");
    }

    void clockOffset(Duration offset) throws IOException {
        clock.offset(offset);
    }

    /** Takes all the space that is left; deleting the file gives it back. */
    Path fillDisk() throws IOException {
        Path filling = sandbox.reached(place.state()).resolve("filling");
        try (OutputStream out = Files.newOutputStream(filling)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            return filling;
        }
    }

    /** Of all daemons that ran here. */
    String log() throws IOException {
        return logs + daemon.log();
    }

    Daemon daemon() {
        return daemon;
    }

    @Override
    public void close() throws IOException {
        daemon.close();
        clock.close();
    }
}
