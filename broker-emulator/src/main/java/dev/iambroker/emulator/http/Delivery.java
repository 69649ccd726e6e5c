package dev.iambroker.emulator.http;

/** How an answer is put on the wire. */
public enum Delivery {
    /** As a well-behaved server does. */
    WHOLE,
    /** The head promises the whole body, half of it comes, then the connection ends. */
    CUT_OFF_BODY,
    /** The connection ends in the middle of a header line. */
    CUT_OFF_HEADERS,
    /** The head dribbles byte by byte. */
    SLOW_HEADERS,
    /** The head comes at once, the body dribbles byte by byte. */
    SLOW_BODY,
    /** Head and half of the body, then nothing; the connection stays open until the caller gives up. */
    STALL_BODY,
    /** Nothing at all; the connection stays open until the caller gives up. */
    HANG,
    /** A TCP reset instead of an answer. */
    RESET,
    /** An orderly close instead of an answer. */
    CLOSE,
    /** A body without an end, in chunks, until the caller gives up. */
    ENDLESS
}
