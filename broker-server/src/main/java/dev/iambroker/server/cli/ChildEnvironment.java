package dev.iambroker.server.cli;

import java.util.HashMap;
import java.util.Map;

/** The environment for a command of the user's: this process's own, without what the launcher did to it. */
final class ChildEnvironment {
    /** The launcher keeps options for other JVMs from this one, which would heed them, and hands them on so. */
    private static final String KEPT = "IAM_BROKER_KEPT_";

    private ChildEnvironment() {}

    static Map<String, String> of(Map<String, String> own) {
        Map<String, String> environment = new HashMap<>(own);
        own.forEach((name, value) -> {
            if (name.startsWith(KEPT)) {
                environment.remove(name);
                environment.put(name.substring(KEPT.length()), value);
            }
        });
        return environment;
    }
}
