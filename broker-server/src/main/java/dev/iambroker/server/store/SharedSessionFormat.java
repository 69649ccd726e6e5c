package dev.iambroker.server.store;

import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.StoredSession;

/** The format of the session files, for sessions that lie in no file: they are at home with whoever opens them. */
public final class SharedSessionFormat implements SessionFormat {
    @Override
    public byte[] write(StoredSession session) {
        return SessionJson.write(session, null);
    }

    @Override
    public StoredSession read(byte[] bytes) {
        try {
            return SessionJson.read(bytes).session();
        } catch (Damaged e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
