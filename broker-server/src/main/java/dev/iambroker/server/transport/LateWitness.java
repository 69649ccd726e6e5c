package dev.iambroker.server.transport;

import dev.iambroker.client.Caller;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Fact;
import dev.iambroker.server.http.Witness;
import dev.iambroker.server.os.ProcFs;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The witness of a connection that came when no rule asked for its process. What that runs by now says nothing of what
 * it ran then: it may have handed the connection on and executed a program that a newer rule trusts.
 */
record LateWitness(Peer peer, ProcFs proc) implements Witness {
    @Override
    public Program look(Set<Fact> facts) {
        return Program.UNREADABLE;
    }

    @Override
    public boolean isUnchanged() {
        return false;
    }

    @Override
    public boolean isTooLate() {
        return true;
    }

    @Override
    public @Nullable Caller caller() {
        return proc.parent(peer.pid(), peer.startTime());
    }
}
