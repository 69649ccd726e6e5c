package dev.iambroker.emulator.http;

/** Answers requests; called from many threads at once. */
@FunctionalInterface
public interface Handler {
    Reply handle(HttpRequest request);
}
