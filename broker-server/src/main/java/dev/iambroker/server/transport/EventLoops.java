package dev.iambroker.server.transport;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The threads that move bytes, shared by all listeners. Whoever makes it closes it, after the listeners. */
public final class EventLoops implements AutoCloseable {
    /** One loop answers more than 200,000 warm requests a second; the second answers while the first is busy. */
    private static final int LOOPS = 2;

    private static final long CLOSE_SECONDS = 2;

    private final IoEventLoopGroup group;
    private final Map<ThreadAwareExecutor, LoopShare> shares = new ConcurrentHashMap<>();

    /** @throws IllegalStateException where there is no epoll */
    public EventLoops() {
        if (!Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "epoll is not available: run on Linux with the native transport on the class path",
                    Epoll.unavailabilityCause());
        }
        this.group = new MultiThreadIoEventLoopGroup(
                LOOPS,
                new DefaultThreadFactory("iam-broker-io", true),
                SteadyEpoll.newFactory(loop -> shareOf(loop).turns()));
    }

    /** Each of them alone, to hand a task to. */
    public List<Executor> each() {
        List<Executor> loops = new ArrayList<>();
        group.forEach(loops::add);
        return loops;
    }

    IoEventLoopGroup group() {
        return group;
    }

    /** For use on {@code loop} alone. */
    LoopShare shareOf(ThreadAwareExecutor loop) {
        return shares.computeIfAbsent(loop, unused -> new LoopShare());
    }

    /** Stops the threads, at once where every listener is closed. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
