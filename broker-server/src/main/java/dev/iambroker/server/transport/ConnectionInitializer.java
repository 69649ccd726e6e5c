package dev.iambroker.server.transport;

import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.transport.ConnectionLimitHandler.UserOf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The pipeline of a connection, a line a handler. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final Supplier<ChannelHandler> identification;
    private final UserOf userOf;
    private final HttpService service;
    private final ConnectionLimits limits;
    private final Executor workers;
    private final EventLoops loops;
    private final ChannelGroup connections;

    private ConnectionInitializer(
            Supplier<ChannelHandler> identification,
            UserOf userOf,
            HttpService service,
            Engine engine,
            ChannelGroup connections) {
        this.identification = identification;
        this.userOf = userOf;
        this.service = service;
        this.limits = engine.limits();
        this.workers = engine.workers();
        this.loops = engine.loops();
        this.connections = connections;
    }

    static ConnectionInitializer forUnix(HttpService service, Engine engine, ChannelGroup connections) {
        PeerReader peers = new PeerReader.Kernel(new ProcFs());
        return new ConnectionInitializer(
                () -> new PeerCredentialsHandler(peers, engine.witnesses(), service),
                peers::uidOf,
                service,
                engine,
                connections);
    }

    /** @param user against whose limit all of them count */
    static ConnectionInitializer forTcp(int user, HttpService service, Engine engine, ChannelGroup connections) {
        return new ConnectionInitializer(LoopbackHandler::new, channel -> user, service, engine, connections);
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        channel.pipeline()
                .addLast(new ConnectionLimitHandler(limits, userOf))
                .addLast(identification.get())
                .addLast(new RequestHandler(service, workers, loops.shareOf(channel.eventLoop())));
    }
}
