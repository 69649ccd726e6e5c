package dev.iambroker.server.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.Function;

/**
 * Netty's epoll, in which a socket that waits for nothing stays known to the kernel.
 *
 * <p>Netty 4.2.18 takes such a socket out (pull request 16689) and then changes what it waits for as if it were in: that fails, and the
 * socket is closed. It hits a client that ends its sending side, as {@code nc -N} does, and is owed more than a socket buffer
 * holds: at the first wait for room the rest is lost. Here what waits for nothing waits edge-triggered for nothing, so that a
 * hang-up, which the kernel tells of in any case, is told once and does not spin.
 */
final class SteadyEpoll implements IoHandler {
    private final IoHandler epoll;
    private final Turns turns;

    private SteadyEpoll(IoHandler epoll, Turns turns) {
        this.epoll = epoll;
        this.turns = turns;
    }

    /** @param turnsOn gives those of an event loop, which are told of each look at its sockets */
    static IoHandlerFactory newFactory(Function<? super ThreadAwareExecutor, Turns> turnsOn) {
        IoHandlerFactory epoll = EpollIoHandler.newFactory();
        return executor -> new SteadyEpoll(epoll.newHandler(executor), turnsOn.apply(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Kept(epoll.register(handle));
    }

    private record Kept(IoRegistration registration) implements IoRegistration {
        @Override
        public long submit(IoOps ops) {
            return registration.submit(ops.equals(EpollIoOps.NONE) ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        turns.look();
        return epoll.run(context);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }
}
