package dev.iambroker.emulator.directory;

/** An account of the cloud. {@code id} has 32 hexadecimal digits. */
public record Account(String id, String name) {}
