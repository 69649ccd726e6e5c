package dev.iambroker.policy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which clients a rule is about. All that is given must hold; null asks nothing.
 *
 * @param uid the peer's user
 * @param gid the peer's group or one of its supplementary groups
 * @param exe the file that the peer executes
 * @param exeSha256 of that file's content, 64 lower-case hexadecimal digits
 * @param unit the peer's systemd unit
 * @param secret whether the rule's own client secret must be presented
 */
public record Match(
        @Nullable Integer uid,
        @Nullable Integer gid,
        @Nullable String exe,
        @Nullable String exeSha256,
        @Nullable String unit,
        boolean secret) {
    private static final String NO_SECRET = "asks for its client secret, and the client did not present it";

    public Match(@Nullable Integer uid, @Nullable Integer gid, boolean secret) {
        this(uid, gid, null, null, null, secret);
    }

    /**
     * What has to be known of a peer's process before this can be said.
     *
     * @param known what is known of it already
     */
    Set<Fact> openFacts(@Nullable Program known) {
        Set<Fact> facts = EnumSet.noneOf(Fact.class);
        if (exe != null) {
            facts.add(Fact.EXE);
        }
        if (exeSha256 != null && (known == null || hangsOnContent(known))) {
            facts.add(Fact.EXE_SHA256);
        }
        if (unit != null) {
            facts.add(Fact.UNIT);
        }
        return facts;
    }

    boolean matches(String ruleName, ClientIdentity client) {
        return matchesPeer(client.peer()) && matchesSecret(ruleName, client);
    }

    /** Whether knowing the peer's process, and a secret that may come with the request, could make it match. */
    boolean mayMatch(@Nullable Peer peer) {
        return peer != null && matchesUser(peer);
    }

    private boolean hangsOnContent(Program program) {
        return (exe == null || exe.equals(program.exe())) && (unit == null || unit.equals(program.unit()));
    }

    private boolean matchesSecret(String ruleName, ClientIdentity client) {
        return !secret || client.provenClients().contains(ruleName);
    }

    private boolean matchesPeer(@Nullable Peer peer) {
        if (uid == null && gid == null && !asksOfProgram()) {
            return true;
        }
        return peer != null && matchesUser(peer) && (!asksOfProgram() || matchesProgram(peer.program()));
    }

    boolean asksOfProgram() {
        return exe != null || exeSha256 != null || unit != null;
    }

    private boolean matchesUser(Peer peer) {
        return matchesUid(peer) && matchesGid(peer);
    }

    private boolean matchesUid(Peer peer) {
        return uid == null || uid == peer.uid();
    }

    private boolean matchesGid(Peer peer) {
        return gid == null || gid == peer.gid() || peer.groups().contains(gid);
    }

    private boolean matchesProgram(@Nullable Program program) {
        return program != null
                && (exe == null || exe.equals(program.exe()))
                && (exeSha256 == null || exeSha256.equals(program.exeSha256()))
                && (unit == null || unit.equals(program.unit()));
    }

    /** Why it does not match, in the words of an operator; null where it does. */
    @Nullable
    String mismatch(String ruleName, ClientIdentity client) {
        if (matches(ruleName, client)) {
            return null;
        }
        Peer peer = client.peer();
        if (peer == null) {
            return asksOfPeer() ? "asks for a peer of the Unix socket, and the client comes over TCP" : NO_SECRET;
        }
        if (!matchesUid(peer)) {
            return differs("uid", String.valueOf(uid), String.valueOf(peer.uid()));
        }
        if (!matchesGid(peer)) {
            return "asks for gid " + gid + ", and the client is not in that group";
        }
        String program = programMismatch(peer.program() == null ? Program.UNREADABLE : peer.program());
        return program == null ? NO_SECRET : program;
    }

    private boolean asksOfPeer() {
        return uid != null || gid != null || asksOfProgram();
    }

    private @Nullable String programMismatch(Program program) {
        if (exe != null && !exe.equals(program.exe())) {
            return differs("exe", exe, program.exe());
        }
        if (unit != null && !unit.equals(program.unit())) {
            return differs("unit", unit, program.unit());
        }
        return exeSha256 == null || Objects.equals(exeSha256, program.exeSha256())
                ? null
                : differs("exe-sha256", exeSha256, program.exeSha256());
    }

    private static String differs(String key, String asked, @Nullable String actual) {
        return "asks for " + key + " " + asked + ", and the client has "
                + (actual == null ? "none that is known" : actual);
    }
}
