package dev.iambroker.emulator.kube;

import java.util.List;

/** Who the API server thinks the caller is. */
public record KubeUser(String name, List<String> groups) {
    public KubeUser {
        groups = List.copyOf(groups);
    }
}
