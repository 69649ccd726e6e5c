package dev.iambroker.it.soak;

/**
 * An account of the soak. Each has a cloud account of its own, and all but shared ones a person or service of their own, so that
 * nobody's token can be taken for another's.
 *
 * @param accountId what its tokens must be bound to
 * @param identity whose they must be
 */
record SoakAccount(String alias, Kind kind, String accountId, String identity) {
    /** How it logs in, and what a renewal of each of its tokens costs IAM. */
    enum Kind {
        API_KEY(1, 1),
        PASSWORD(1, 2),
        PASSCODE(1, 2),
        REFRESH_TOKEN(1, 2),
        TRUSTED_PROFILE(1, 1),
        /** Through the login of another. Its binding is lost whenever that one refreshes, and costs a refresh of its own. */
        SHARED(1, 3);

        final int callsForAccess;
        final int callsForKube;

        Kind(int callsForAccess, int callsForKube) {
            this.callsForAccess = callsForAccess;
            this.callsForKube = callsForKube;
        }
    }

    int callsForBoth() {
        return kind.callsForAccess + kind.callsForKube;
    }
}
