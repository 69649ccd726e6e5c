package dev.iambroker.server;

import dev.iambroker.account.KnownCluster;
import dev.iambroker.broker.Delivery;
import dev.iambroker.broker.GuardedTokenBroker;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.config.ProcessIdentity;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.sink.Supply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The broker as the sinks see it: each is this very process, which has every right, under a name of its own on record. No
 * client can be called like that.
 *
 * @param self this process
 */
record SinkSupply(GuardedTokenBroker broker, Peer self) implements Supply {
    static SinkSupply of(GuardedTokenBroker broker) {
        ProcessIdentity identity = ProcessIdentity.ofThisProcess();
        int pid = (int) ProcessHandle.current().pid();
        return new SinkSupply(
                broker, new Peer(identity.uid(), group(), identity.groups(), pid, new ProcFs().startTime(pid)));
    }

    private static int group() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self cannot be looked at (expected a mounted /proc)", e);
        }
    }

    @Override
    public Delivery deliver(String sink, TokenRequest request, @Nullable String held) {
        return broker.deliver(client(sink), request, held);
    }

    @Override
    public KnownCluster cluster(String sink, String account, String idOrName) {
        return broker.clusterAccess(client(sink), account, idOrName);
    }

    private ClientIdentity client(String sink) {
        return new ClientIdentity(self, Set.of("sink:" + sink));
    }
}
