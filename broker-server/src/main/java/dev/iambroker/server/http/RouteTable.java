package dev.iambroker.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the route of a request, segment by segment. Immutable once made, thread-safe. */
public final class RouteTable {
    /** The segment that stands for an account in every path. */
    private static final String ACCOUNT = "{a}";

    private final Node root = new Node();
    private final List<String> names = new ArrayList<>();

    RouteTable(List<? extends Route> routes) {
        routes.forEach(this::add);
    }

    /** Method and path of every route, a space between. */
    public List<String> names() {
        return List.copyOf(names);
    }

    private void add(Route route) {
        names.add(route.pattern().method() + " " + route.pattern().path());
        Node node = root;
        for (String segment : route.pattern().segments()) {
            node = RoutePattern.isVariable(segment) ? node.anyChild() : node.child(segment);
        }
        if (node.routes.put(route.pattern().method(), route) != null) {
            throw new IllegalArgumentException("two routes for " + route.pattern());
        }
    }

    /** A route and what its variable segments stand for. */
    record Match(Route route, List<String> variables) {
        /** The account of the path, as the client wrote it; null where the path names none. */
        @Nullable
        String account() {
            return route.pattern().path().contains(ACCOUNT) ? variables.getFirst() : null;
        }
    }

    /** @throws RequestRefused if there is no such path, or not with this method */
    Match find(HttpRequest request) {
        List<String> variables = new ArrayList<>(2);
        Node node = root;
        for (String raw : RoutePattern.segmentsOf(request.rawPath())) {
            node = node.next(PercentEncoding.decode(raw), variables);
            if (node == null) {
                throw noSuchRoute();
            }
        }
        Route route = node.routes.get(request.method());
        if (route == null) {
            throw node.routes.isEmpty() ? noSuchRoute() : new MethodNotAllowed(node.routes.keySet());
        }
        return new Match(route, variables);
    }

    static RequestRefused noSuchRoute() {
        return new RequestRefused(Problem.of(ProblemType.NO_SUCH_ROUTE, "there is no such path here"));
    }

    private static final class Node {
        private final Map<String, Node> children = new HashMap<>();
        private final Map<String, Route> routes = new TreeMap<>();
        private @Nullable Node any;

        private Node child(String segment) {
            return children.computeIfAbsent(segment, name -> new Node());
        }

        private Node anyChild() {
            if (any == null) {
                any = new Node();
            }
            return any;
        }

        private @Nullable Node next(String segment, List<String> variables) {
            Node literal = children.get(segment);
            if (literal != null || any == null || segment.isEmpty()) {
                return literal;
            }
            variables.add(segment);
            return any;
        }
    }
}
