package dev.iambroker.server.transport;

import io.netty.channel.IoEventLoop;
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
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that move bytes, shared by all listeners. Whoever makes it closes it, after the listeners. */
public final class EventLoops implements AutoCloseable {
    /** One loop answers some 200,000 warm requests a second, and more than one on two cores only wait for each other. */
    private static final int MOST_LOOPS = 2;

    private static final long CLOSE_SECONDS = 2;

    private final IoEventLoopGroup group;
    private final Map<ThreadAwareExecutor, LoopShare> shares = new ConcurrentHashMap<>();
    private final List<Loop> loops = new ArrayList<>();
    private final AtomicInteger taken = new AtomicInteger();

    /** One of them, with what its connections share. */
    record Loop(IoEventLoop executor, LoopShare share) {}

    /** @throws IllegalStateException where there is no epoll */
    public EventLoops() {
        this(Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_LOOPS));
    }

    EventLoops(int count) {
        if (!Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "epoll is not available: run on Linux with the native transport on the class path",
                    Epoll.unavailabilityCause());
        }
        this.group = new MultiThreadIoEventLoopGroup(
                count,
                new DefaultThreadFactory("iam-broker-io", true),
                LookingEpoll.newFactory(loop -> shareOf(loop).turns()));
        group.forEach(each -> loops.add(new Loop((IoEventLoop) each, shareOf((IoEventLoop) each))));
    }

    /** Each of them alone, to hand a task to. */
    public List<Executor> each() {
        return loops.stream().<Executor>map(Loop::executor).toList();
    }

    /** One after the other. Thread-safe. */
    Loop next() {
        return loops.get(Math.floorMod(taken.getAndIncrement(), loops.size()));
    }

    private LoopShare shareOf(ThreadAwareExecutor loop) {
        return shares.computeIfAbsent(loop, unused -> new LoopShare());
    }

    /** Stops the threads, at once where every listener is closed. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
