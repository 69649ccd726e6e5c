package dev.iambroker.server.transport;

import dev.iambroker.server.http.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns away whoever has too many connections open. The first handler: nothing is read of whom it turns away, so that
 * a flood of them leaves the others their turn.
 */
// A write or close that fails ends the channel, and its end is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class ConnectionLimitHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ConnectionLimitHandler.class);

    private final ConnectionLimits limits;
    private final UserOf userOf;

    /** Says against whose limit a connection counts. */
    @FunctionalInterface
    interface UserOf {
        int user(Channel channel) throws IOException;
    }

    ConnectionLimitHandler(ConnectionLimits limits, UserOf userOf) {
        this.limits = limits;
        this.userOf = userOf;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        try {
            enter(ctx, userOf.user(ctx.channel()));
        } catch (IOException e) {
            log.warn("a connection was closed: the kernel does not say whose it is", e);
            ctx.close();
        }
    }

    private void enter(ChannelHandlerContext ctx, int user) {
        ChannelPlace place = new ChannelPlace(ctx.channel(), user, limits.memory());
        if (!limits.enter(user, place)) {
            turnAway(ctx);
            return;
        }
        ctx.channel().attr(ChannelPlace.KEY).set(place);
        ctx.channel().closeFuture().addListener(closed -> limits.leave(user, place));
        ctx.fireChannelActive();
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
