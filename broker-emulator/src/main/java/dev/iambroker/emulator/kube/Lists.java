package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Objects in the cluster: the namespaces that every cluster has, and no pods. */
final class Lists {
    private static final List<String> NAMESPACES = List.of("default", "kube-system");
    private static final String CREATED = "2026-01-01T00:00:00Z";

    private Lists() {}

    static HttpResponse namespaces(String accept) {
        if (wantsTable(accept)) {
            ObjectNode table = table("Name", "Status", "Age");
            ArrayNode rows = table.putArray("rows");
            for (String name : NAMESPACES) {
                ObjectNode row = rows.addObject();
                row.putArray("cells").add(name).add("Active").add("1d");
                ObjectNode object = row.putObject("object")
                        .put("kind", "PartialObjectMetadata")
                        .put("apiVersion", "meta.k8s.io/v1");
                object.putObject("metadata").put("name", name).put("creationTimestamp", CREATED);
            }
            return HttpResponse.json(200, table);
        }
        ObjectNode list = list("NamespaceList");
        ArrayNode items = list.putArray("items");
        for (String name : NAMESPACES) {
            ObjectNode item = items.addObject();
            item.putObject("metadata").put("name", name).put("creationTimestamp", CREATED);
            item.putObject("status").put("phase", "Active");
        }
        return HttpResponse.json(200, list);
    }

    static HttpResponse pods(String accept) {
        if (wantsTable(accept)) {
            ObjectNode table = table("Name", "Ready", "Status", "Restarts", "Age");
            table.putArray("rows");
            return HttpResponse.json(200, table);
        }
        ObjectNode list = list("PodList");
        list.putArray("items");
        return HttpResponse.json(200, list);
    }

    private static boolean wantsTable(String accept) {
        return accept.contains("as=Table") && accept.contains("v=v1");
    }

    private static ObjectNode list(String kind) {
        ObjectNode list = Json.object().put("kind", kind).put("apiVersion", "v1");
        list.putObject("metadata").put("resourceVersion", "1");
        return list;
    }

    private static ObjectNode table(String... columns) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").put("resourceVersion", "1");
        ArrayNode definitions = table.putArray("columnDefinitions");
        for (String column : columns) {
            definitions
                    .addObject()
                    .put("name", column)
                    .put("type", "string")
                    .put("format", column.equals("Name") ? "name" : "")
                    .put("description", column)
                    .put("priority", 0);
        }
        return table;
    }
}
