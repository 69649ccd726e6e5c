package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the API server has to offer, in the plain form and, for those who accept it, in the aggregated one. */
final class Discovery {
    private static final String GROUP = "authentication.k8s.io";
    private static final List<String> VERSIONS = List.of("v1", "v1beta1");
    /** What kubectl 1.30 and later asks for first, and what those before know. */
    private static final List<String> AGGREGATED = List.of("v2", "v2beta1");

    private Discovery() {}

    private record Resource(
            String name,
            String singular,
            String kind,
            boolean namespaced,
            List<String> verbs,
            List<String> shortNames) {}

    private static final List<Resource> CORE = List.of(
            new Resource("namespaces", "namespace", "Namespace", false, List.of("get", "list", "watch"), List.of("ns")),
            new Resource("pods", "pod", "Pod", true, List.of("get", "list", "watch"), List.of("po")));

    private static final List<Resource> AUTHENTICATION = List.of(new Resource(
            "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", false, List.of("create"), List.of()));

    static HttpResponse core(String accept) {
        String version = aggregated(accept);
        if (version.isEmpty()) {
            ObjectNode versions = Json.object().put("kind", "APIVersions");
            versions.putArray("versions").add("v1");
            return HttpResponse.json(200, versions);
        }
        ObjectNode list = groupList(version);
        ObjectNode group = ((ArrayNode) list.get("items")).addObject();
        group.putObject("metadata").putNull("creationTimestamp");
        aggregatedVersion(group.putArray("versions"), "", "v1", CORE);
        return aggregatedAnswer(version, list);
    }

    static HttpResponse groups(String accept) {
        String version = aggregated(accept);
        if (version.isEmpty()) {
            ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
            list.putArray("groups").add(group());
            return HttpResponse.json(200, list);
        }
        ObjectNode list = groupList(version);
        ObjectNode group = ((ArrayNode) list.get("items")).addObject();
        group.putObject("metadata").put("name", GROUP).putNull("creationTimestamp");
        ArrayNode versions = group.putArray("versions");
        VERSIONS.forEach(each -> aggregatedVersion(versions, GROUP, each, AUTHENTICATION));
        return aggregatedAnswer(version, list);
    }

    static HttpResponse authenticationGroup() {
        return HttpResponse.json(200, group().put("kind", "APIGroup").put("apiVersion", "v1"));
    }

    static HttpResponse coreResources() {
        return resources("v1", CORE);
    }

    static HttpResponse authenticationResources(String version) {
        return VERSIONS.contains(version) ? resources(GROUP + "/" + version, AUTHENTICATION) : Statuses.notFound();
    }

    private static ObjectNode group() {
        ObjectNode group = Json.object().put("name", GROUP);
        ArrayNode versions = group.putArray("versions");
        VERSIONS.forEach(version -> version(versions.addObject(), version));
        version(group.putObject("preferredVersion"), VERSIONS.getFirst());
        return group;
    }

    private static void version(ObjectNode into, String version) {
        into.put("groupVersion", GROUP + "/" + version).put("version", version);
    }

    private static HttpResponse resources(String groupVersion, List<Resource> resources) {
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", groupVersion);
        ArrayNode array = list.putArray("resources");
        for (Resource resource : resources) {
            ObjectNode json = array.addObject()
                    .put("name", resource.name())
                    .put("singularName", resource.singular())
                    .put("namespaced", resource.namespaced())
                    .put("kind", resource.kind());
            resource.verbs().forEach(json.putArray("verbs")::add);
            resource.shortNames().forEach(json.putArray("shortNames")::add);
        }
        return HttpResponse.json(200, list);
    }

    private static String aggregated(String accept) {
        return AGGREGATED.stream()
                .filter(version -> accept.contains("g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList"))
                .findFirst()
                .orElse("");
    }

    private static ObjectNode groupList(String version) {
        ObjectNode list =
                Json.object().put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/" + version);
        list.putObject("metadata");
        list.putArray("items");
        return list;
    }

    private static void aggregatedVersion(ArrayNode into, String group, String version, List<Resource> resources) {
        ObjectNode json = into.addObject().put("version", version).put("freshness", "Current");
        ArrayNode array = json.putArray("resources");
        for (Resource resource : resources) {
            ObjectNode each = array.addObject()
                    .put("resource", resource.name())
                    .put("scope", resource.namespaced() ? "Namespaced" : "Cluster")
                    .put("singularResource", resource.singular());
            each.putObject("responseKind")
                    .put("group", group)
                    .put("version", version)
                    .put("kind", resource.kind());
            resource.verbs().forEach(each.putArray("verbs")::add);
            resource.shortNames().forEach(each.putArray("shortNames")::add);
        }
    }

    private static HttpResponse aggregatedAnswer(String version, ObjectNode list) {
        String type = "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
        return HttpResponse.json(200, list).as(type).with("Vary", "Accept");
    }
}
