package dev.iambroker.client;

/**
 * A process of this machine, told from every other that had its number before.
 *
 * @param startTime the process's start in clock ticks since boot
 * @param name of the program, as the kernel has it. A kubectl that only looks for the one of the server's version ends in
 *     exec: another program in the same process.
 */
public record Caller(int pid, long startTime, String name) {}
