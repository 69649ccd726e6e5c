package dev.iambroker.server.http;

/** What can go wrong with a request, each with its stable name. */
enum ProblemType {
    BAD_REQUEST(400, "bad_request", "Bad request"),
    MALFORMED(400, "malformed_request", "Malformed HTTP request"),
    UNAUTHORIZED(401, "unauthorized", "Client secret missing or wrong"),
    DENIED(403, "denied", "Denied"),
    FOREIGN_ORIGIN(403, "foreign_origin", "Browsers and proxies are refused"),
    INSECURE_TLS(403, "insecure_tls", "TLS verification is off"),
    UNKNOWN(404, "unknown", "Unknown account or cluster"),
    NO_SUCH_ROUTE(404, "no_such_route", "No such route"),
    NO_AUDIT_LOG(404, "no_audit_log", "No audit log is kept"),
    NO_FLEET(404, "no_fleet", "No fleet is configured"),
    METHOD_NOT_ALLOWED(405, "method_not_allowed", "Method not allowed"),
    REQUEST_TIMEOUT(408, "request_timeout", "Request not received in time"),
    LOGIN_REQUIRED(409, "login_required", "Login required"),
    DISABLED(409, "disabled", "Account disabled"),
    ACCOUNT_UNBOUND(409, "account_unbound", "Login not bound to an account"),
    IDENTITY_MISMATCH(409, "identity_mismatch", "Identity mismatch"),
    AMBIGUOUS_CLUSTER(409, "ambiguous_cluster", "Several clusters have this name"),
    CLUSTER_REFUSED(409, "cluster_refused", "OpenShift cluster refused"),
    BODY_TOO_LARGE(413, "body_too_large", "Body too large"),
    TARGET_TOO_LONG(414, "target_too_long", "Request line too long"),
    EXPECTATION_FAILED(417, "expectation_failed", "Expectation not supported"),
    WRONG_HOST(421, "wrong_host", "Wrong Host"),
    LOGIN_REFUSED(422, "login_refused", "Login refused by IAM"),
    LOCKED(423, "locked", "Locked"),
    WRONG_PASSPHRASE(403, "wrong_passphrase", "Wrong passphrase"),
    UNLOCK_TOO_SOON(429, "unlock_too_soon", "Unlock attempted too soon"),
    STORE_FAILED(500, "store_failed", "Store failed"),
    RATE_LIMITED(429, "rate_limited", "Too many requests"),
    HEADERS_TOO_LARGE(431, "headers_too_large", "Header fields too large"),
    INTERNAL(500, "internal", "Internal error"),
    CODING_NOT_IMPLEMENTED(501, "coding_not_implemented", "Transfer coding not implemented"),
    UNAVAILABLE(503, "unavailable", "IAM unavailable"),
    AUDIT_UNAVAILABLE(503, "audit_unavailable", "Audit log not writable"),
    OVERLOADED(503, "overloaded", "Overloaded"),
    STOPPING(503, "stopping", "Stopping"),
    DEADLINE_EXCEEDED(504, "deadline_exceeded", "IAM did not answer in time"),
    VERSION_NOT_SUPPORTED(505, "version_not_supported", "HTTP version not supported");

    private final int status;
    private final String word;
    private final String title;

    ProblemType(int status, String word, String title) {
        this.status = status;
        this.word = word;
        this.title = title;
    }

    int status() {
        return status;
    }

    String word() {
        return word;
    }

    String urn() {
        return "urn:iam-broker:problem:" + word;
    }

    String title() {
        return title;
    }
}
