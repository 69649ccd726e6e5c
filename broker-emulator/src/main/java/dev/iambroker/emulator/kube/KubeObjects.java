package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What lives in a cluster: the namespaces that every cluster has, no pods, and whatever is added. To be listed, read and watched. Thread-safe. */
public final class KubeObjects {
    private static final Pattern NAMESPACES = Pattern.compile("/api/v1/namespaces(?:/([a-z0-9.-]+))?");
    private static final Pattern PODS =
            Pattern.compile("/api/v1(?:/namespaces/([a-z0-9.-]+))?/pods(?:/([a-z0-9.-]+))?");
    private static final String ACTIVE = "Active";

    private final ObjectLog namespaces = new ObjectLog();
    private final ObjectLog pods = new ObjectLog();
    private volatile Duration watchLife = Duration.ofMinutes(30);

    public KubeObjects() {
        List.of("default", "kube-system").forEach(this::addNamespace);
    }

    public void addNamespace(String name) {
        namespaces.put("", name, ACTIVE);
    }

    public void removeNamespace(String name) {
        namespaces.remove("", name);
    }

    /** Adds the pod, or changes its phase. */
    public void putPod(String namespace, String name, String phase) {
        pods.put(namespace, name, phase);
    }

    /** After this much real time a watch that begins from now on ends, and sooner where its {@code timeoutSeconds} says so. */
    public void watchLife(Duration life) {
        watchLife = life;
    }

    /** The answer to a GET; null where the path is none of these objects'. */
    @Nullable
    HttpResponse read(HttpRequest request) {
        Matcher namespace = NAMESPACES.matcher(request.path());
        if (namespace.matches()) {
            return read(request, namespaces, Rendering.NAMESPACES, "", part(namespace, 1));
        }
        Matcher pod = PODS.matcher(request.path());
        return pod.matches() ? read(request, pods, Rendering.PODS, part(pod, 1), part(pod, 2)) : null;
    }

    private static String part(Matcher path, int group) {
        return Objects.requireNonNullElse(path.group(group), "");
    }

    private HttpResponse read(HttpRequest request, ObjectLog log, Rendering rendering, String namespace, String name) {
        boolean asTable = Rendering.wantsTable(Objects.requireNonNullElse(request.header("Accept"), ""));
        if (!name.isEmpty()) {
            return one(log.list(new Selection(namespace, name)), rendering, asTable);
        }
        try {
            KubeQuery query = KubeQuery.parse(request.query());
            Selection selection = Selection.of(namespace, query.text("fieldSelector"));
            if (query.isTrue("watch")) {
                WatchRequest wanted = WatchRequest.of(selection, query, asTable, watchLife);
                return HttpResponse.inPieces(200, Json.CONTENT_TYPE, new Watch(log, rendering, wanted));
            }
            return HttpResponse.json(200, rendering.list(log.list(selection), asTable));
        } catch (IllegalArgumentException e) {
            return Statuses.badRequest("resourceVersion and timeoutSeconds are numbers");
        }
    }

    private static HttpResponse one(ObjectLog.Listing found, Rendering rendering, boolean asTable) {
        return found.objects().isEmpty()
                ? Statuses.notFound()
                : HttpResponse.json(200, rendering.one(found.objects().getFirst(), asTable));
    }
}
