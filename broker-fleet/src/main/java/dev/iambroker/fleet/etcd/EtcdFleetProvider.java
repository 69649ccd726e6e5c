package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.Fleet;
import dev.iambroker.fleet.FleetProvider;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Joins fleets on etcd. The one place that makes threads and chance. */
public final class EtcdFleetProvider implements FleetProvider {
    private static final int ID_BYTES = 8;

    /** Called by {@link java.util.ServiceLoader}. */
    public EtcdFleetProvider() {}

    @Override
    public Fleet join(FleetSettings settings, Place place, SessionStore local, SessionFormat format) {
        var random = new SecureRandom();
        // Also where the store is locked, and the key of no use yet: a key that is none is found now.
        Seal unused = seal(settings, random);
        Etcd etcd = connected(settings);
        var threads = new LaneThread();
        var fleet = new EtcdFleet(
                id(random), settings.prefix(), etcd, place, threads, local, format, () -> seal(settings, random));
        try {
            threads.run(fleet::join);
        } catch (RuntimeException e) {
            fleet.close();
            throw e;
        }
        threads.begin(fleet::tick, fleet::keepLease);
        return fleet;
    }

    private static Seal seal(FleetSettings settings, SecureRandom random) {
        try {
            return Seal.of(settings.fleetKey().read(), settings.fleetKey().describe(), random);
        } catch (SecretUnavailable e) {
            throw new FleetRefused(e.getMessage());
        }
    }

    private static Etcd connected(FleetSettings settings) {
        try {
            return new JetcdEtcd(settings);
        } catch (SecretUnavailable e) {
            throw new FleetRefused(e.getMessage());
        }
    }

    private static String id(SecureRandom random) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
