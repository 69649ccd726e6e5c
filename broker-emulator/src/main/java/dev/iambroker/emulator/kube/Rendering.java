package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.Json;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How the objects of a kind are written: as they are, or as the rows of a table for those who accept one. */
enum Rendering {
    NAMESPACES("Namespace", "Name Status Age") {
        @Override
        List<String> cells(KubeObject object) {
            return List.of(object.name(), object.phase(), "1d");
        }
    },
    PODS("Pod", "Name Ready Status Restarts Age") {
        @Override
        List<String> cells(KubeObject object) {
            return List.of(object.name(), "1/1", object.phase(), "0", "1d");
        }
    };

    private static final String CREATED = "2026-01-01T00:00:00Z";
    private static final String META = "meta.k8s.io/v1";

    private final String kind;
    private final String columns;

    Rendering(String kind, String columns) {
        this.kind = kind;
        this.columns = columns;
    }

    abstract List<String> cells(KubeObject object);

    static boolean wantsTable(String accept) {
        return accept.contains("as=Table") && accept.contains("v=v1");
    }

    ObjectNode list(ObjectLog.Listing listing, boolean asTable) {
        if (asTable) {
            return table(listing.objects(), listing.version());
        }
        ObjectNode list = Json.object().put("kind", kind + "List").put("apiVersion", "v1");
        list.putObject("metadata").put("resourceVersion", String.valueOf(listing.version()));
        ArrayNode items = list.putArray("items");
        listing.objects().forEach(object -> items.add(plain(object)));
        return list;
    }

    ObjectNode one(KubeObject object, boolean asTable) {
        return asTable ? table(List.of(object), object.version()) : plain(object);
    }

    /** What a bookmark carries: a version and nothing else. */
    ObjectNode bookmark(long version, boolean endsInitialEvents) {
        ObjectNode object = Json.object().put("kind", kind).put("apiVersion", "v1");
        ObjectNode metadata = object.putObject("metadata")
                .put("resourceVersion", String.valueOf(version))
                .putNull("creationTimestamp");
        if (endsInitialEvents) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return object;
    }

    private ObjectNode plain(KubeObject object) {
        ObjectNode json = Json.object().put("kind", kind).put("apiVersion", "v1");
        metadata(json, object);
        json.putObject("spec");
        json.putObject("status").put("phase", object.phase());
        return json;
    }

    private static void metadata(ObjectNode json, KubeObject object) {
        ObjectNode metadata = json.putObject("metadata").put("name", object.name());
        if (!object.namespace().isEmpty()) {
            metadata.put("namespace", object.namespace());
        }
        metadata.put("uid", "emulated-" + object.namespace() + "-" + object.name())
                .put("resourceVersion", String.valueOf(object.version()))
                .put("creationTimestamp", CREATED);
    }

    private ObjectNode table(List<KubeObject> objects, long version) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", META);
        table.putObject("metadata").put("resourceVersion", String.valueOf(version));
        ArrayNode definitions = table.putArray("columnDefinitions");
        for (String column : columns.split(" ", -1)) {
            definitions
                    .addObject()
                    .put("name", column)
                    .put("type", "string")
                    .put("format", column.equals("Name") ? "name" : "")
                    .put("description", column)
                    .put("priority", 0);
        }
        ArrayNode rows = table.putArray("rows");
        objects.forEach(object -> row(rows.addObject(), object));
        return table;
    }

    private void row(ObjectNode row, KubeObject object) {
        cells(object).forEach(row.putArray("cells")::add);
        ObjectNode partial =
                row.putObject("object").put("kind", "PartialObjectMetadata").put("apiVersion", META);
        metadata(partial, object);
    }
}
