package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.Fleet;
import dev.iambroker.fleet.FleetProvider;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.FleetReport.Login;
import dev.iambroker.fleet.FleetReport.Member;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.iam.IamClient;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A fleet of one that keeps its sessions where they were. Notes whether the store could still be written at its end. */
final class FakeFleet implements Fleet {
    static final FleetReport REPORT = new FleetReport(
            "m1",
            List.of(
                    new Member("m1", "node-1", "1.2.3", Instant.parse("2026-03-01T11:00:00Z"), 1),
                    new Member("m2", "node-2", "1.2.3", Instant.parse("2026-03-01T11:30:00Z"), 1)),
            Map.of(
                    new AccountName("dev"),
                    new Login("m2", Instant.parse("2026-03-01T11:58:00Z")),
                    new AccountName("prod"),
                    new Login("m1", Instant.parse("2026-03-01T11:59:00Z")),
                    new AccountName("new"),
                    new Login(null, null)),
            true,
            null,
            Duration.ofMillis(250),
            3,
            2,
            1,
            0);

    final FleetSettings settings;
    final FleetProvider.Place place;
    final SessionFormat format;
    private final SessionStore local;
    boolean isFenced;
    boolean couldWriteAtItsEnd;

    FakeFleet(FleetSettings settings, FleetProvider.Place place, SessionStore local, SessionFormat format) {
        this.settings = settings;
        this.place = place;
        this.local = local;
        this.format = format;
    }

    @Override
    public SessionStore sessions() {
        return local;
    }

    @Override
    public Renewers renewers() {
        return Renewers.ALONE;
    }

    @Override
    public IamClient fenced(IamClient iam) {
        isFenced = true;
        return iam;
    }

    @Override
    public FleetReport report() {
        return REPORT;
    }

    @Override
    public void close() {
        local.save(
                new AccountName("last"),
                new StoredSession("passcode", null, null, null, null, null, null, false, List.of()));
        couldWriteAtItsEnd = true;
    }
}
