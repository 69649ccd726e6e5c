package dev.iambroker.emulator.http;

/** One header line, name and value as sent. */
public record Header(String name, String value) {}
