package dev.iambroker.fleet;

/** Whose work a login's renewal is, as far as is known now. */
public enum Duty {
    /** This broker's: it alone presents what a renewal uses up. */
    OURS,
    /** Another's, or nobody's for the seconds until one takes it; what it brings arrives by itself. */
    ANOTHERS,
    /** Not to be known: the shared state is out of reach. What uses nothing up may be renewed here, the rest waits. */
    ADRIFT
}
