package dev.iambroker.server;

import dev.iambroker.fleet.Fleet;
import dev.iambroker.fleet.FleetProvider;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Joins fleets of nobody else. Refuses those of the prefix {@code /refused}. */
public final class FakeFleetProvider implements FleetProvider {
    /** Those that were joined and not asked for yet. */
    static final Queue<FakeFleet> JOINED = new ConcurrentLinkedQueue<>();

    @Override
    public Fleet join(FleetSettings settings, Place place, SessionStore local, SessionFormat format) {
        if (settings.prefix().equals("/refused")) {
            throw new FleetRefused("the fleet key is another than the fleet's (expected one of its own): take its key");
        }
        FakeFleet fleet = new FakeFleet(settings, place, local, format);
        JOINED.add(fleet);
        return fleet;
    }
}
