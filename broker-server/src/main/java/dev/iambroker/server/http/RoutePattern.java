package dev.iambroker.server.http;

import java.util.List;

/**
 * Method and path of a route. A segment in braces stands for any one segment.
 *
 * @param path also the route's label in metrics
 */
record RoutePattern(String method, String path) {
    static RoutePattern get(String path) {
        return new RoutePattern("GET", path);
    }

    static RoutePattern post(String path) {
        return new RoutePattern("POST", path);
    }

    /** The segments after the leading slash. */
    List<String> segments() {
        return segmentsOf(path);
    }

    static List<String> segmentsOf(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    static boolean isVariable(String segment) {
        return segment.startsWith("{");
    }
}
