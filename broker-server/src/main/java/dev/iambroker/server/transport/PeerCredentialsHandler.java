package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.Witness;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Learns who connected to the Unix socket, before any byte of theirs is read. Refuses nobody: the policy does. */
// A write or close that fails ends the channel, and its end is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class PeerCredentialsHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(PeerCredentialsHandler.class);

    private final PeerReader peers;
    private final Witnesses witnesses;
    private final HttpService service;

    PeerCredentialsHandler(PeerReader peers, Witnesses witnesses, HttpService service) {
        this.peers = peers;
        this.witnesses = witnesses;
        this.service = service;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        try {
            Peer peer = peers.peerOf(ctx.channel());
            ClientIdentity client = ClientIdentity.ofPeer(peer);
            ctx.channel().attr(Arrivals.KEY).set(new Arrival(client, witness(ctx.channel(), client, peer)));
            ctx.fireChannelActive();
        } catch (IOException e) {
            log.warn("a connection was closed: the kernel does not say whose it is", e);
            ctx.close();
        }
    }

    private Witness witness(Channel channel, ClientIdentity client, Peer peer) {
        return service.asks(client).isEmpty()
                ? witnesses.lateWitness(peer)
                : witnesses.witness(peer, () -> peers.isStill(channel, peer.pid()));
    }
}
