package dev.iambroker.emulator.directory;

/** A trusted profile, which a compute resource's token or another identity may take on. */
public record TrustedProfile(String id, String name, String crn, Identity identity, String account) {}
