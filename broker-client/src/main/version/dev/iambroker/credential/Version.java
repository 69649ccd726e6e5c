package dev.iambroker.credential;

final class Version {

    static final String VERSION = "${project.version}";

    private Version() {}
}
