package dev.iambroker.emulator.kube;

/** Which objects are meant; an empty part means any. */
record Selection(String namespace, String name) {
    private static final String BY_NAME = "metadata.name=";

    /** @param fieldSelector as in the query; of those there are, the one by name is known here */
    static Selection of(String namespace, String fieldSelector) {
        boolean byName = fieldSelector.startsWith(BY_NAME);
        return new Selection(namespace, byName ? fieldSelector.substring(BY_NAME.length()) : "");
    }

    boolean has(KubeObject object) {
        return (namespace.isEmpty() || namespace.equals(object.namespace()))
                && (name.isEmpty() || name.equals(object.name()));
    }
}
