package dev.iambroker.broker;

import dev.iambroker.client.Scope;

/** Port to the sockets of shares. Implementations are thread-safe. */
public interface ShareSockets {
    /**
     * Opens a socket whose clients are of {@code scope}. Blocks.
     *
     * @param mode of the socket
     * @throws NotOpened if it cannot be had
     */
    Opened open(Scope scope, int mode);

    /** A socket that is listened on. */
    interface Opened {
        String path();

        /** Ends it and, within moments, its connections. Blocks; never throws; harmless the second time. */
        void close();
    }

    /** Says in words for the requester why there is no socket, and what to do. */
    final class NotOpened extends RuntimeException {
        private final String message;

        public NotOpened(String message) {
            super(message);
            this.message = message;
        }

        /** Never null. */
        @Override
        public String getMessage() {
            return message;
        }
    }
}
