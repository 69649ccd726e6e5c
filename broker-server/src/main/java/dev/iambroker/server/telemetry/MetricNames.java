package dev.iambroker.server.telemetry;

/** Every metric and label of our own, as Prometheus shows them. {@code docs/metrics.md} says what each means. */
final class MetricNames {
    static final String BUILD_INFO = "iam_broker_build_info";
    static final String ACCOUNT_STATE = "iam_broker_account_state";
    static final String TOKEN_EXPIRY = "iam_broker_token_expiry_timestamp_seconds";
    static final String CLUSTER_TOKEN_EXPIRY = "iam_broker_cluster_token_expiry_timestamp_seconds";
    static final String REFRESH_TOKEN_EXPIRY = "iam_broker_refresh_token_expiry_timestamp_seconds";
    static final String RUNWAY = "iam_broker_runway_seconds";
    static final String LOGIN_RUNWAY = "iam_broker_login_runway_seconds";
    static final String REFRESHES = "iam_broker_refreshes_total";
    static final String IAM_REQUESTS = "iam_broker_iam_requests_total";
    static final String IAM_REQUEST_SECONDS = "iam_broker_iam_request_seconds";
    static final String OPENSHIFT_REQUESTS = "iam_broker_openshift_requests_total";
    static final String REQUESTS = "iam_broker_requests_total";
    static final String REQUEST_SECONDS = "iam_broker_request_seconds";
    static final String REQUESTS_COALESCED = "iam_broker_requests_coalesced_total";
    static final String CLOCK_SKEW = "iam_broker_clock_skew_seconds";
    static final String CLOCK_JUMPS = "iam_broker_clock_jumps_total";
    static final String STORE_WRITES = "iam_broker_store_writes_total";
    static final String DRY_RUN_DENIALS = "iam_broker_dry_run_denials_total";
    static final String SINK_CURRENT = "iam_broker_sink_current";
    static final String SINK_WRITES = "iam_broker_sink_writes_total";
    static final String SINK_NOTICES = "iam_broker_sink_notices_total";
    static final String AUDIT_RECORDS = "iam_broker_audit_records_total";
    static final String AUDIT_MISSED = "iam_broker_audit_missed_total";
    static final String FLEET_MEMBERS = "iam_broker_fleet_members";
    static final String FLEET_RENEWER = "iam_broker_fleet_renewer";
    static final String FLEET_LAG = "iam_broker_fleet_lag_seconds";
    static final String FLEET_LOST_LEASES = "iam_broker_fleet_lost_leases_total";
    static final String FLEET_PRESENTED_AGAIN = "iam_broker_fleet_presented_again_total";
    static final String FLEET_OLD_SEALS = "iam_broker_fleet_old_seals";
    static final String FLEET_UNREADABLE = "iam_broker_fleet_unreadable";

    static final String VERSION = "version";
    static final String JAVA = "java";
    static final String ACCOUNT = "account";
    static final String STATE = "state";
    static final String KIND = "kind";
    static final String OUTCOME = "outcome";
    static final String GRANT = "grant";
    static final String STATUS = "status";
    static final String CLUSTER = "cluster";
    static final String SINK = "sink";
    static final String SERVER = "server";
    static final String ROUTE = "route";
    static final String CLIENT = "client";

    private MetricNames() {}
}
