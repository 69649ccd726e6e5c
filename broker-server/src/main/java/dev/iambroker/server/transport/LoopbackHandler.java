package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.Witness;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Set;

/** Notes by which address and port a TCP connection came in; who it is, only a secret will say. */
final class LoopbackHandler extends ChannelInboundHandlerAdapter {
    private static final ClientIdentity NOBODY_YET = ClientIdentity.ofSecret(Set.of());

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        InetSocketAddress local = (InetSocketAddress) ctx.channel().localAddress();
        ctx.channel().attr(Arrivals.KEY).set(new Arrival(NOBODY_YET, local.getPort(), hostOf(local), Witness.BLIND));
        ctx.fireChannelActive();
    }

    private static String hostOf(InetSocketAddress local) {
        String address = NetUtil.toAddressString(local.getAddress());
        return local.getAddress() instanceof Inet6Address ? "[" + address + "]" : address;
    }
}
