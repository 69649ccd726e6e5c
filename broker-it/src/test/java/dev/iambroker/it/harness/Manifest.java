package dev.iambroker.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A file of several YAML documents below {@code docker/}, with its aliases in place. Immutable. */
public final class Manifest {
    private final List<JsonNode> documents;

    private Manifest(List<JsonNode> documents) {
        this.documents = List.copyOf(documents);
    }

    /** @param file its path below {@code docker/} */
    public static Manifest read(String file) throws IOException {
        String text = Files.readString(Checkout.root().resolve("docker").resolve(file));
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
            documents.add(JsonMapper.shared().valueToTree(document));
        }
        return new Manifest(documents);
    }

    public List<JsonNode> documents() {
        return documents;
    }

    /** The only document of that kind. */
    public JsonNode ofKind(String kind) {
        return documents.stream()
                .filter(document -> document.path("kind").asString("").equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /** What a template has and the other lacks, added to it. */
    public static JsonNode overlaid(JsonNode template, JsonNode other) {
        ObjectNode result = JsonMapper.shared().createObjectNode();
        template.properties().forEach(member -> result.set(member.getKey(), member.getValue()));
        other.properties().forEach(member -> result.set(member.getKey(), member.getValue()));
        return result;
    }
}
