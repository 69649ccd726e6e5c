package dev.iambroker.server.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        var version = VersionText.class.getPackage().getImplementationVersion();
        return new String[] {
            "iam-broker " + (version == null ? "(unpackaged)" : version) + ", Java "
                    + System.getProperty("java.version")
        };
    }
}
