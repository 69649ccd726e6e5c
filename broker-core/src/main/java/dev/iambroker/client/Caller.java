package dev.iambroker.client;

/**
 * A process of this machine, told from every other that had its number before.
 *
 * @param startTime the process's start in clock ticks since boot
 */
public record Caller(int pid, long startTime) {}
