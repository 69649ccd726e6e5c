package dev.iambroker.server.http;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an answer waits for, without a thread.
 *
 * @param landing after which the answer can be had; the same for all who wait for the same
 * @param patience for how long it is waited for
 * @param answer gives it once one of both is over; null where a thread has to wait. Never blocks
 */
public record Awaited(CompletionStage<?> landing, Duration patience, Supplier<@Nullable Answer> answer) {}
