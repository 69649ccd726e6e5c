package dev.iambroker.server.config;

import dev.iambroker.policy.Match;
import dev.iambroker.policy.Terms;
import dev.iambroker.server.config.ClientsReader.ReadClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Warns of clients' rules that can never match, never decide, or match others than they seem to. */
final class RuleWarnings {
    private final List<ReadClient> clients;
    private final ProcessIdentity self;
    private final Instant now;

    RuleWarnings(List<ReadClient> clients, ProcessIdentity self, Instant now) {
        this.clients = clients;
        this.self = self;
        this.now = now;
    }

    void warn() {
        for (ReadClient read : clients) {
            Match match = read.client().rule().match();
            warnOfTerms(read.entry(), read.client().rule().terms());
            warnOfOwner(read.entry(), match);
            warnOfProgram(read.entry(), match);
        }
        warnOfRulesNeverReached();
    }

    private void warnOfTerms(Entry entry, Terms terms) {
        Instant expires = terms.expires();
        if (expires != null && !now.isBefore(expires)) {
            entry.warning("expired at " + expires + ": its clients are denied everything (expected a later time under"
                    + " expires, or no such client)");
        }
    }

    private static void warnOfOwner(Entry entry, Match match) {
        if (Objects.equals(match.uid(), 0)) {
            entry.warning(
                    "is never asked: root has every right on the Unix socket, and no uid over TCP (expected another"
                            + " user)");
        }
    }

    private void warnOfProgram(Entry entry, Match match) {
        boolean asksForFile = match.exe() != null || match.exeSha256() != null;
        if (asksForFile && !self.mayReadOtherPrograms()) {
            entry.warning("never matches as things are: this process may not read which program another user runs"
                    + " (expected CAP_SYS_PTRACE, in the unit as CapabilityBoundingSet= and AmbientCapabilities=)");
        }
        String exe = match.exe();
        String complaint = exe == null ? null : complaintOf(Path.of(exe));
        if (complaint != null) {
            entry.warning(complaint);
        }
    }

    private static @Nullable String complaintOf(Path exe) {
        try {
            Path real = exe.toRealPath();
            if (!real.equals(exe)) {
                return "names a link, and the kernel names what it leads to (expected exe: " + real + ")";
            }
            return isScript(exe)
                    ? "names a script, and the kernel names its interpreter (expected a program, or unit instead)"
                    : null;
        } catch (IOException e) {
            return "names a program that is not there, or cannot be read here: until it is, the rule matches nobody";
        }
    }

    private static boolean isScript(Path exe) throws IOException {
        try (InputStream content = Files.newInputStream(exe)) {
            return content.read() == '#' && content.read() == '!';
        }
    }

    private void warnOfRulesNeverReached() {
        for (int later = 1; later < clients.size(); later++) {
            Match match = clients.get(later).client().rule().match();
            for (ReadClient earlier : clients.subList(0, later)) {
                if (decides(earlier) && matchesWhatever(earlier.client().rule().match(), match)) {
                    String name = earlier.client().rule().name();
                    clients.get(later)
                            .entry()
                            .warning("is never reached: client \"" + name + "\" before it matches whatever it matches,"
                                    + " and the first that matches decides alone (expected this one before \"" + name
                                    + "\", or its rights there)");
                    break;
                }
            }
        }
    }

    private static boolean decides(ReadClient read) {
        return !read.client().rule().terms().dryRun();
    }

    /**
     * Each condition of the earlier one must be a condition of the later one. A client is in many groups: one gid says
     * nothing about another, nor a uid about its groups, which change without this file.
     */
    private static boolean matchesWhatever(Match earlier, Match later) {
        return !earlier.secret()
                && isAskedToo(earlier.uid(), later.uid())
                && isAskedToo(earlier.gid(), later.gid())
                && isAskedToo(earlier.exe(), later.exe())
                && isAskedToo(earlier.exeSha256(), later.exeSha256())
                && isAskedToo(earlier.unit(), later.unit());
    }

    private static boolean isAskedToo(@Nullable Object earlier, @Nullable Object later) {
        return earlier == null || earlier.equals(later);
    }
}
