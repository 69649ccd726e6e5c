package dev.iambroker.it;

/** A way to IAM that can be spoilt. */
interface BadRoad {
    /** A word for it that an alias may begin with. */
    String name();

    /** Where IAM is, over this way. */
    String url();

    void spoil() throws Exception;

    void heal() throws Exception;
}
