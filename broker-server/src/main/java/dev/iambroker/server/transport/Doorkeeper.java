package dev.iambroker.server.transport;

import dev.iambroker.server.http.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Turns a user's connections away as they are accepted, where that user has no room. The accept queue is one for all
 * users: whoever fills it in a loop must be got rid of faster than he comes, and making a channel of a connection costs
 * more than all the rest.
 */
final class Doorkeeper extends ChannelInboundHandlerAdapter {
    private final ConnectionLimits limits;
    private final ByteBuffer refusal;

    Doorkeeper(ConnectionLimits limits) {
        this.limits = limits;
        ByteBuf answer = Unpooled.buffer();
        Answer.overloaded().writeTo(answer, false);
        this.refusal = ByteBuffer.allocateDirect(answer.readableBytes());
        answer.readBytes(refusal);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof EpollDomainSocketChannel child && isWithoutRoom(child)) {
            turnAway(child);
            return;
        }
        ctx.fireChannelRead(message);
    }

    private boolean isWithoutRoom(EpollDomainSocketChannel child) {
        try {
            return limits.isAtItsLimit(child.peerCredentials().uid());
        } catch (IOException e) {
            // The next handler asks again, and says so in the log.
            return false;
        }
    }

    private void turnAway(EpollDomainSocketChannel child) {
        try {
            child.fd().write(refusal, 0, refusal.capacity());
        } catch (IOException e) {
            // Gone already: then it needs no answer.
        } finally {
            closeForcibly(child);
        }
    }

    private static void closeForcibly(Channel child) {
        child.unsafe().closeForcibly();
    }
}
