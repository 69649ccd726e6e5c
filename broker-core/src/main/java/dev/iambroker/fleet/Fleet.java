package dev.iambroker.fleet;

import dev.iambroker.iam.IamClient;
import dev.iambroker.store.SessionStore;

/** This broker's part in a fleet: its sessions are shared, and who renews them is agreed. Thread-safe. */
public interface Fleet extends AutoCloseable {
    /**
     * The shared sessions. {@link SessionStore#save} throws {@link dev.iambroker.store.SessionSuperseded} where the session
     * is no longer the one that was {@linkplain SessionStore#load loaded} or saved last, or is this broker's to renew no
     * more.
     */
    SessionStore sessions();

    Renewers renewers();

    /**
     * {@code iam}, made safe: a session's refresh token is presented only by its renewer, while its lease is certain to
     * outlast the request, and with the intent on record. Everything else goes through.
     */
    IamClient fenced(IamClient iam);

    /** How the fleet stands, for people and metrics. Quick. */
    FleetReport report();

    /** Gives up its duties, so that others take them over at once. Waits for some seconds at most. */
    @Override
    void close();
}
