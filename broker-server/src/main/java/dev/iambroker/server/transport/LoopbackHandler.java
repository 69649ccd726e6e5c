package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.server.http.Arrival;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.Set;

/** Notes by which port a TCP connection came in; who it is, only a secret will say. */
final class LoopbackHandler extends ChannelInboundHandlerAdapter {
    private static final ClientIdentity NOBODY_YET = ClientIdentity.ofSecret(Set.of());

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        InetSocketAddress local = (InetSocketAddress) ctx.channel().localAddress();
        ctx.channel().attr(Arrivals.KEY).set(new Arrival(NOBODY_YET, local.getPort()));
        ctx.fireChannelActive();
    }
}
