package dev.iambroker.emulator.kube;

/** A change as watchers are told of it. */
record WatchEvent(Type type, KubeObject object) {
    enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }
}
