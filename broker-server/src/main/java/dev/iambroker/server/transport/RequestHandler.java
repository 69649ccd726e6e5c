package dev.iambroker.server.transport;

import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.HttpService;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler: turns the events of a channel into steps of its {@link Conversation}. */
// A write or close that fails ends the channel, and its end is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class RequestHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

    private final HttpService service;
    private final Executor workers;
    private final LoopShare loop;
    private @Nullable Conversation conversation;
    private boolean isDraining;

    /** The event that asks a connection to end as soon as it owes no answer. */
    enum Drain {
        EVENT
    }

    /** The event that asks a connection to send no secret any more. */
    enum Withdraw {
        EVENT
    }

    /** @param loop the channel's */
    RequestHandler(HttpService service, Executor workers, LoopShare loop) {
        this.service = service;
        this.workers = workers;
        this.loop = loop;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Arrival arrival = Arrivals.of(ctx.channel());
        conversation = new Conversation(ctx, service, workers, arrival, loop);
        conversation.begin();
        if (isDraining) {
            conversation.drain();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (conversation == null) {
            bytes.release();
            return;
        }
        conversation.received(bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (conversation != null) {
            conversation.writabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        isDraining |= event == Drain.EVENT;
        if (conversation == null) {
            return;
        }
        if (event instanceof ChannelInputShutdownEvent) {
            conversation.inputEnded();
        } else if (event == Drain.EVENT) {
            conversation.drain();
        } else if (event == Withdraw.EVENT) {
            conversation.withdraw();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (conversation != null) {
            conversation.ended();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Unchecked where the transport finds it out as it is told to read on.
        if (cause instanceof IOException || cause instanceof UncheckedIOException) {
            log.debug("a client went away: {}", cause.getMessage());
        } else {
            log.error("a connection failed", cause);
        }
        ctx.close();
    }
}
