package dev.iambroker.server.transport;

import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Turns away whoever has too many connections open. */
final class ConnectionLimitHandler extends ChannelInboundHandlerAdapter {
    private final ConnectionLimits limits;

    ConnectionLimitHandler(ConnectionLimits limits) {
        this.limits = limits;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        int uid = uidOf(ctx);
        if (!limits.enter(uid)) {
            turnAway(ctx);
            return;
        }
        ctx.channel().closeFuture().addListener(closed -> limits.leave(uid));
        ctx.fireChannelActive();
    }

    private static int uidOf(ChannelHandlerContext ctx) {
        Peer peer = Arrivals.of(ctx.channel()).client().peer();
        return peer == null ? ConnectionLimits.TCP : peer.uid();
    }

    private static void turnAway(ChannelHandlerContext ctx) {
        // Nothing of it is read: whatever it sends is not worth the memory.
        ctx.channel().config().setAutoRead(false);
        Answer answer = Answer.overloaded();
        ByteBuf out = ctx.alloc().ioBuffer(answer.sizeHint());
        answer.writeTo(out, false);
        ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }
}
