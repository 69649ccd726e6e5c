package dev.iambroker.it.bench;

/**
 * A row of the table, before it is measured.
 *
 * @param name short, for {@code --only}; no other figure has it
 * @param what what is measured
 * @param peer what it is measured beside; empty if it stands alone
 */
record Figure(String name, String what, String peer, Target target) {}
