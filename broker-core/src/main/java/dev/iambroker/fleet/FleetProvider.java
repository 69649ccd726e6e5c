package dev.iambroker.fleet;

import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Joins fleets. Found by {@link java.util.ServiceLoader}, from jars that are loaded only where a fleet is configured. */
public interface FleetProvider {
    /**
     * Joins the fleet, as far as its shared state is in reach within some seconds; else later. Takes no duty before {@link
     * Renewers#begin}.
     *
     * @param place what this member says of itself, and its clocks
     * @param local whose lock locks the shared sessions of this broker too
     * @param format of the sessions below the seal
     * @throws FleetRefused if it cannot be a member as it is configured: a wrong key, certificate or password
     */
    Fleet join(FleetSettings settings, Place place, SessionStore local, SessionFormat format);

    /**
     * @param host name of the machine
     * @param version of the broker
     * @param clock the wall clock
     * @param nanos a clock in nanoseconds that nobody sets and that goes on while the machine sleeps
     */
    record Place(String host, String version, InstantSource clock, LongSupplier nanos) {}
}
