package dev.iambroker.fleet.etcd;

import java.util.concurrent.Executor;

/** Where the fleet's own work is done, one piece at a time and in order. */
interface Lane extends Executor, AutoCloseable {
    /** Later; nothing once it is closed. */
    @Override
    void execute(Runnable work);

    /**
     * Does {@code work}, and waits for it, for some seconds at most; nothing once it is closed. Throws what it throws by then.
     * Not to be called on the lane.
     */
    void run(Runnable work);

    @Override
    void close();
}
