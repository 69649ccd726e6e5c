package dev.iambroker.emulator.http;

/** Bytes that are no HTTP/1.1 request; the connection cannot go on. */
final class BadFraming extends Exception {
    BadFraming(String message) {
        super(message);
    }
}
