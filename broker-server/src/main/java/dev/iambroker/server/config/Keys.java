package dev.iambroker.server.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one table of keys. {@code <alias>} stands for an account's, {@code []} for the entries of a list, and
 * {@code <reference>} for every place where a secret is referred to.
 */
final class Keys {
    static final String ALIAS = "<alias>";
    static final String REFERENCE = "<reference>";

    /** What is for children of the file itself. */
    static final String ROOT = "";

    private static final List<String> ALL = List.of(
            "cloud",
            "endpoints",
            "endpoints.iam",
            "endpoints.accounts",
            "endpoints.containers",
            "endpoints.region",
            "endpoints.ca-file",
            "accounts",
            "accounts.<alias>",
            "accounts.<alias>.api-key",
            "accounts.<alias>.passcode",
            "accounts.<alias>.password",
            "accounts.<alias>.password.username",
            "accounts.<alias>.password.password",
            "accounts.<alias>.refresh-token",
            "accounts.<alias>.trusted-profile",
            "accounts.<alias>.trusted-profile.profile-name",
            "accounts.<alias>.trusted-profile.profile-id",
            "accounts.<alias>.trusted-profile.profile-crn",
            "accounts.<alias>.trusted-profile.cr-token-file",
            "accounts.<alias>.login",
            "accounts.<alias>.account-id",
            "accounts.<alias>.expect-iam-id",
            "accounts.<alias>.cloud",
            "accounts.<alias>.uaa",
            "accounts.<alias>.endpoints",
            "accounts.<alias>.endpoints.iam",
            "accounts.<alias>.endpoints.accounts",
            "accounts.<alias>.endpoints.containers",
            "accounts.<alias>.endpoints.region",
            "accounts.<alias>.endpoints.ca-file",
            "refresh",
            "refresh.at",
            "refresh.jitter",
            "refresh.min-interval",
            "kube",
            "kube.expiry-margin",
            "kube.keep-warm",
            "listen",
            "listen.unix",
            "listen.unix.path",
            "listen.unix.mode",
            "listen.unix.group",
            "listen.http",
            "listen.http.address",
            "listen.http.open",
            "listen.metrics",
            "listen.metrics.address",
            "listen.metrics.hosts",
            "clients",
            "clients[]",
            "clients[].name",
            "clients[].match",
            "clients[].match.uid",
            "clients[].match.user",
            "clients[].match.gid",
            "clients[].match.group",
            "clients[].match.exe",
            "clients[].match.exe-sha256",
            "clients[].match.unit",
            "clients[].match.secret",
            "clients[].allow",
            "clients[].max-ttl",
            "clients[].rate",
            "clients[].expires",
            "clients[].dry-run",
            "sinks",
            "sinks[]",
            "sinks[].account",
            "sinks[].kind",
            "sinks[].cluster",
            "sinks[].format",
            "sinks[].endpoint",
            "sinks[].path",
            "sinks[].mode",
            "sinks[].owner",
            "sinks[].group",
            "sinks[].min-ttl",
            "sinks[].on-change",
            "sinks[].on-change.command",
            "sinks[].on-change.timeout",
            "sinks[].on-change.signal",
            "sinks[].on-change.pid-file",
            "sinks[].on-change.debounce",
            "state",
            "state.dir",
            "state.key",
            "state.key.file",
            "state.key.env",
            "state.key.credential",
            "state.key.command",
            "state.key.passphrase",
            "state.shared",
            "state.shared.etcd",
            "state.shared.etcd.endpoints",
            "state.shared.etcd.prefix",
            "state.shared.etcd.ca-file",
            "state.shared.etcd.cert-file",
            "state.shared.etcd.key-file",
            "state.shared.etcd.username",
            "state.shared.etcd.password",
            "state.shared.fleet-key",
            "audit",
            "audit.file",
            "audit.required",
            "log",
            "log.level",
            "log.format",
            "<reference>",
            "<reference>.file",
            "<reference>.env",
            "<reference>.credential",
            "<reference>.command");

    private static final Map<String, List<String>> CHILDREN = children();

    private Keys() {}

    /** Every key that may be written, in the order of the documentation. */
    static List<String> all() {
        return ALL;
    }

    /** The names that may stand directly under {@code pattern}. */
    static List<String> under(String pattern) {
        return CHILDREN.getOrDefault(pattern, List.of());
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static Map<String, List<String>> children() {
        var children = new LinkedHashMap<String, List<String>>();
        for (String key : ALL) {
            int dot = key.lastIndexOf('.');
            String parent = dot < 0 ? ROOT : key.substring(0, dot);
            boolean isName = key.charAt(dot + 1) != '<' && !key.endsWith("[]");
            if (isName) {
                children.computeIfAbsent(parent, absent -> new ArrayList<>()).add(key.substring(dot + 1));
            }
        }
        return new HashMap<>(children);
    }
}
