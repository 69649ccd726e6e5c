package dev.iambroker.emulator.http;

import java.time.Duration;

/**
 * An answer and the way it goes out. {@code delay} passes before the first byte, {@code pace} between the bytes of a
 * slow delivery; {@code atEnd} runs once, before a whole answer leaves, and else when its delivery has ended, however it went.
 */
public record Reply(HttpResponse response, Delivery delivery, Duration delay, Duration pace, Runnable atEnd) {

    public static Reply whole(HttpResponse response) {
        return of(response, Delivery.WHOLE, Duration.ZERO);
    }

    /** An answer that goes out in another way than whole. */
    public static Reply of(HttpResponse response, Delivery delivery, Duration pace) {
        return new Reply(response, delivery, Duration.ZERO, pace, () -> {});
    }

    public Reply atEnd(Runnable action) {
        return new Reply(response, delivery, delay, pace, action);
    }

    public Reply after(Duration moreDelay) {
        return new Reply(response, delivery, delay.plus(moreDelay), pace, atEnd);
    }
}
