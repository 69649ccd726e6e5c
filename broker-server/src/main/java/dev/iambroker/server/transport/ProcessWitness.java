package dev.iambroker.server.transport;

import dev.iambroker.client.Caller;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Fact;
import dev.iambroker.server.http.Witness;
import dev.iambroker.server.os.FileState;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.os.SystemdUnit;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The witness of a connection of the Unix socket.
 *
 * <p>The pid is pinned by the process's start time. What it runs is read when it connects, and compared with what it
 * runs when a request is judged, and once more before the answer is written: one that hands the connection on and
 * executes a program that a rule trusts is told by that.
 *
 * <p>The path that the kernel names is one in the mounts of the process, which a user can make: it counts only where the
 * daemon finds the very same file there.
 */
final class ProcessWitness implements Witness {
    private static final String UNREADABLE = "the file that it runs cannot be read";

    private final Peer peer;
    private final Witnesses shared;

    private final Sighting sighting;

    private volatile @Nullable Seen seen;

    /** What was confirmed, and the state of the program's file then; null where no rule asks for the file. */
    private record Seen(
            Set<Fact> facts, Program program, @Nullable FileState file) {
        Seen {
            facts = Set.copyOf(facts);
        }
    }

    ProcessWitness(Peer peer, Sighting sighting, Witnesses shared) {
        this.peer = peer;
        this.sighting = sighting;
        this.shared = shared;
    }

    @Override
    public Program look(Set<Fact> facts) {
        Seen before = seen;
        if (before != null && before.facts().containsAll(facts)) {
            return before.program();
        }
        Seen now = confirm(facts);
        seen = now;
        return now.program();
    }

    private Seen confirm(Set<Fact> facts) {
        if (!isSame()) {
            return new Seen(facts, Program.UNREADABLE, null);
        }
        String cgroup = sighting.cgroup();
        String unit = cgroup == null ? null : SystemdUnit.of(cgroup);
        Program bare = new Program(null, null, unit, cgroup);
        String exe = sighting.exe();
        if (exe == null || (!facts.contains(Fact.EXE) && !facts.contains(Fact.EXE_SHA256))) {
            return new Seen(facts, bare, null);
        }
        try {
            return shared.turns().run(peer.uid(), () -> withFile(bare, exe, facts));
        } catch (IOException e) {
            // Of the paths that a user makes nothing gets into the log.
            shared.complain(peer, e instanceof FileSystemException ? UNREADABLE : String.valueOf(e.getMessage()));
            return new Seen(facts, bare, null);
        }
    }

    private Seen withFile(Program bare, String exe, Set<Fact> facts) throws IOException {
        Path running = shared.proc().exeFile(peer.pid());
        FileState file = FileState.of(running);
        String sha256 = facts.contains(Fact.EXE_SHA256) ? shared.fingerprints().sha256(running) : null;
        String path = facts.contains(Fact.EXE) && isFoundAt(exe, file) ? exe : null;
        return new Seen(facts, new Program(path, sha256, bare.unit(), bare.cgroup()), file);
    }

    private boolean isFoundAt(String exe, FileState file) {
        try {
            FileState found = FileState.of(Path.of(exe));
            if (found.device() == file.device() && found.inode() == file.inode()) {
                return true;
            }
        } catch (IOException e) {
            // Told below: gone from there is as good as another.
        }
        shared.complain(
                peer,
                "the file that it runs is not the one that the daemon finds at its path: it was replaced,"
                        + " or the process has mounts of its own");
        return false;
    }

    @Override
    public boolean isUnchanged() {
        Seen confirmed = seen;
        if (confirmed == null || !isSame()) {
            return false;
        }
        FileState file = confirmed.file();
        return file == null || file.equals(fileNow());
    }

    @Override
    public @Nullable Caller caller() {
        return shared.proc().parent(peer.pid(), peer.startTime());
    }

    private @Nullable FileState fileNow() {
        try {
            return shared.turns()
                    .run(peer.uid(), () -> FileState.of(shared.proc().exeFile(peer.pid())));
        } catch (IOException e) {
            return null;
        }
    }

    private boolean isSame() {
        if (sighting.equals(Sighting.NOTHING)) {
            return false;
        }
        ProcFs proc = shared.proc();
        Sighting now;
        try {
            now = new Sighting(sighting.exe() == null ? null : proc.exe(peer.pid()), proc.cgroup(peer.pid()));
        } catch (IOException e) {
            return false;
        }
        // After it was read: a pid that changed hands meanwhile shows another start.
        return now.equals(sighting) && proc.startTime(peer.pid()) == peer.startTime();
    }
}
