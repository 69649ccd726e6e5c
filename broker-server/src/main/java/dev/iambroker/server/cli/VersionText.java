package dev.iambroker.server.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"iam-broker " + number() + ", Java " + System.getProperty("java.version")};
    }

    static String number() {
        var version = VersionText.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }
}
