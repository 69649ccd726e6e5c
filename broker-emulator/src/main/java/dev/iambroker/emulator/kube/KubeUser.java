package dev.iambroker.emulator.kube;

import java.util.List;

/** Who the API server thinks the caller is. */
record KubeUser(String name, List<String> groups) {}
