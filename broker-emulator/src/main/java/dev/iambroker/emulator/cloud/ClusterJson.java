package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.http.Json;
import tools.jackson.databind.node.ObjectNode;

/** Clusters as the containers service prints them. */
final class ClusterJson {
    private ClusterJson() {}

    /** The object of v1: endpoints at the top, whatever the provider. */
    static ObjectNode v1(Cluster cluster) {
        ObjectNode json = common(cluster)
                .put("multiAzCapable", true)
                .put("serverURL", cluster.publicUrl())
                .put("masterURL", cluster.publicUrl())
                .put("masterStatus", "Ready")
                .put("isPaid", true)
                .put("etcdPort", "31593")
                .put("ingressHostname", cluster.name() + ".emulated.example")
                .put("ingressSecretName", cluster.name());
        json.putNull("vlans").putNull("worker_vlans").putArray("workerZones").add("dal10");
        return endpoints(json, cluster);
    }

    /** An element of a v2 list, which has fewer members than the detail. */
    static ObjectNode v2Element(Cluster cluster) {
        ObjectNode json = common(cluster).put("masterURL", cluster.publicUrl());
        if (cluster.provider() == Provider.CLASSIC) {
            return endpoints(json, cluster);
        }
        endpoints(json.putObject("serviceEndpoints"), cluster);
        return json;
    }

    /** The detail of v2: endpoints at the top for classic clusters, inside serviceEndpoints for VPC clusters. */
    static ObjectNode v2(Cluster cluster) {
        ObjectNode json = v2Element(cluster)
                .put("serverURL", cluster.provider() == Provider.CLASSIC ? cluster.publicUrl() : "")
                .put("entitlement", "")
                .put("targetVersion", cluster.version())
                .put("multiAzCapable", true)
                .put("etcdPort", "31593");
        json.putObject("lifecycle")
                .put("masterStatus", "Ready")
                .put("masterHealth", "normal")
                .put("masterState", "deployed");
        json.putObject("ingress")
                .put("hostname", cluster.name() + ".emulated.example")
                .put("secretName", cluster.name());
        json.putObject("features").put("keyProtectEnabled", false).put("pullSecretApplied", true);
        return json;
    }

    private static ObjectNode common(Cluster cluster) {
        return Json.object()
                .put("location", "Dallas")
                .put("dataCenter", "dal10")
                .put("id", cluster.id())
                .put("name", cluster.name())
                .put("region", cluster.region())
                .put("createdDate", "2021-04-01T10:00:00+0000")
                .put("masterKubeVersion", cluster.version())
                .put("workerCount", 1)
                .put("state", "normal")
                .put("type", cluster.type())
                .put("provider", cluster.provider().id())
                .put("resourceGroup", "emulated0resource0group")
                .put("resourceGroupName", "default")
                .put(
                        "crn",
                        "crn:v1:bluemix:public:containers-kubernetes:" + cluster.region() + ":a/" + cluster.account()
                                + ":" + cluster.id() + "::");
    }

    private static ObjectNode endpoints(ObjectNode json, Cluster cluster) {
        return json.put("privateServiceEndpointEnabled", true)
                .put("privateServiceEndpointURL", cluster.privateUrl())
                .put("publicServiceEndpointEnabled", true)
                .put("publicServiceEndpointURL", cluster.publicUrl());
    }
}
