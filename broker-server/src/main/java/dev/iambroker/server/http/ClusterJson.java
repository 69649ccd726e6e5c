package dev.iambroker.server.http;

import dev.iambroker.account.Cluster;

/** A cluster, as JSON. */
final class ClusterJson {
    private ClusterJson() {}

    static void write(Cluster cluster, JsonText json) {
        json.beginObject()
                .member("id", cluster.id())
                .member("name", cluster.name())
                .member("type", cluster.type())
                .member("provider", cluster.provider())
                .member("region", cluster.region())
                .member("state", cluster.state())
                .member("version", cluster.version())
                .member("public_url", cluster.publicUrl())
                .member("private_url", cluster.privateUrl())
                .endObject();
    }
}
