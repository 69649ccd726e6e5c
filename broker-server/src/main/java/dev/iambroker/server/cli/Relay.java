package dev.iambroker.server.cli;

/** A listener of this process's own, for programs that speak no Unix sockets. Whoever opened it closes it. */
public interface Relay extends AutoCloseable {
    /** Where it listens, without a path. */
    String url();

    /** Ends it and every connection to it. Harmless the second time. */
    @Override
    void close();
}
