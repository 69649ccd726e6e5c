package dev.iambroker.server.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.Function;

/** Netty's epoll, which tells the {@link Turns} of its event loop of each look at the sockets. */
record LookingEpoll(IoHandler epoll, Turns turns) implements IoHandler {
    static IoHandlerFactory newFactory(Function<? super ThreadAwareExecutor, Turns> turnsOn) {
        IoHandlerFactory epoll = EpollIoHandler.newFactory();
        return executor -> new LookingEpoll(epoll.newHandler(executor), turnsOn.apply(executor));
    }

    @Override
    public int run(IoHandlerContext context) {
        turns.look();
        return epoll.run(context);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return epoll.register(handle);
    }

    @Override
    public void initialize() {
        epoll.initialize();
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
