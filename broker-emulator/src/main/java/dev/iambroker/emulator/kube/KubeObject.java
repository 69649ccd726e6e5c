package dev.iambroker.emulator.kube;

/**
 * A namespace or a pod.
 *
 * @param namespace where a pod is; empty for a namespace
 * @param version the resource version of its last change
 */
record KubeObject(String namespace, String name, String phase, long version) {}
