package dev.iambroker.server.telemetry;

import dev.iambroker.fleet.FleetReport;
import java.util.TreeMap;

/** The series of a fleet, as a scrape shows them. */
record FleetSeries(FleetReport fleet) {
    private static final String GAUGE = "gauge";
    private static final String COUNTER = "counter";
    private static final double NANOS = 1e9;

    void writeTo(SeriesText text) {
        single(
                text,
                MetricNames.FLEET_MEMBERS,
                GAUGE,
                "Brokers that share their logins.",
                fleet.members().size());
        renewers(text);
        double lag = fleet.lag().toNanos() / NANOS;
        single(text, MetricNames.FLEET_LAG, GAUGE, "How old the view of the shared state is at most.", lag);
        single(
                text,
                MetricNames.FLEET_LOST_LEASES,
                COUNTER,
                "Times that the lease of this broker ended without being given up.",
                (double) fleet.lostLeases());
        single(
                text,
                MetricNames.FLEET_PRESENTED_AGAIN,
                COUNTER,
                "Refresh tokens that were presented once more while their first use was in doubt.",
                (double) fleet.reopened());
        single(
                text,
                MetricNames.FLEET_OLD_SEALS,
                GAUGE,
                "Records that are sealed by a fleet key other than the first.",
                (double) fleet.oldSeals());
        single(
                text,
                MetricNames.FLEET_UNREADABLE,
                GAUGE,
                "Records that this broker cannot open or does not understand.",
                (double) fleet.unreadable());
    }

    private void renewers(SeriesText text) {
        if (fleet.logins().isEmpty()) {
            return;
        }
        text.family(MetricNames.FLEET_RENEWER, GAUGE, "1 where this broker renews the login of the account, else 0.");
        var logins = new TreeMap<String, FleetReport.Login>();
        fleet.logins().forEach((name, login) -> logins.put(name.value(), login));
        logins.forEach((account, login) -> text.sample(
                MetricNames.FLEET_RENEWER, fleet.self().equals(login.renewer()) ? 1 : 0, MetricNames.ACCOUNT, account));
    }

    private static void single(SeriesText text, String name, String type, String help, double value) {
        text.family(name, type, help);
        text.sample(name, value);
    }
}
