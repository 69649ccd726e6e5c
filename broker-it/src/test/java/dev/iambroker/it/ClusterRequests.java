package dev.iambroker.it;

import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.it.harness.HandedToken;
import java.util.List;

/** What a cluster's API server was asked, and with which tokens. */
record ClusterRequests(List<RecordedRequest> requests) {
    static ClusterRequests to(Emulator emulator, EmulatedCluster cluster) {
        String listener = "kube:" + cluster.id();
        return new ClusterRequests(emulator.requests().stream()
                .filter(request -> request.listener().equals(listener))
                .toList());
    }

    ClusterRequests watches() {
        return new ClusterRequests(requests.stream()
                .filter(request -> request.query().contains("watch=true")
                        || request.query().contains("watch=1"))
                .toList());
    }

    int count() {
        return requests.size();
    }

    long tokens() {
        return requests.stream().map(ClusterRequests::token).distinct().count();
    }

    /** Those that came with a token that had ended: the API server answered 401. */
    List<RecordedRequest> late() {
        return requests.stream()
                .filter(request ->
                        !request.at().isBefore(HandedToken.of(token(request)).expiresAt()))
                .toList();
    }

    private static String token(RecordedRequest request) {
        String authorization = String.valueOf(request.header("Authorization"));
        return authorization.substring(authorization.indexOf(' ') + 1);
    }
}
