package dev.iambroker.server;

/** What this build calls itself. */
final class Version {
    private static final String UNPACKAGED = "development";

    private Version() {}

    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKAGED : version;
    }
}
