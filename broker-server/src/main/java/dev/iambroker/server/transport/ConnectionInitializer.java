package dev.iambroker.server.transport;

import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.os.ProcFs;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The pipeline of a connection, a line a handler. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final Supplier<ChannelHandler> identification;
    private final HttpService service;
    private final ConnectionLimits limits;
    private final Executor workers;
    private final ChannelGroup connections;

    private ConnectionInitializer(
            Supplier<ChannelHandler> identification, HttpService service, Engine engine, ChannelGroup connections) {
        this.identification = identification;
        this.service = service;
        this.limits = engine.limits();
        this.workers = engine.workers();
        this.connections = connections;
    }

    static ConnectionInitializer forUnix(HttpService service, Engine engine, ChannelGroup connections) {
        PeerReader peers = new PeerReader.Kernel(new ProcFs());
        return new ConnectionInitializer(() -> new PeerCredentialsHandler(peers), service, engine, connections);
    }

    static ConnectionInitializer forTcp(HttpService service, Engine engine, ChannelGroup connections) {
        return new ConnectionInitializer(LoopbackHandler::new, service, engine, connections);
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        channel.pipeline()
                .addLast(identification.get())
                .addLast(new ConnectionLimitHandler(limits))
                .addLast(new RequestHandler(service, workers));
    }
}
