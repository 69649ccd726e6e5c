package dev.iambroker.server.transport;

/** What the connections on one event loop share, by whichever listener they came. Confined to it. */
record LoopShare(Turns turns, SecretBuffers buffers) {
    LoopShare() {
        this(new Turns(), new SecretBuffers());
    }
}
