package dev.iambroker.policy;

/** What a rule may ask of a peer's process beyond what the kernel tells of every peer. */
public enum Fact {
    EXE,
    EXE_SHA256,
    UNIT
}
