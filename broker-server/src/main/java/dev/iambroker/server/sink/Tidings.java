package dev.iambroker.server.sink;

/** How somebody is told that a file has changed. */
interface Tidings {
    /** Blocks until it is done. One at a time. */
    void tell() throws SinkFailure;

    /** Ends a {@link #tell} under way, and all later ones. */
    default void end() {}
}
