package dev.iambroker.emulator.tls;

/** What a server certificate says. */
public enum ServerName {
    /** 127.0.0.1 and localhost, good for decades. */
    LOOPBACK,
    /** Another host. */
    ELSEWHERE,
    /** 127.0.0.1 and localhost, long expired. */
    EXPIRED
}
