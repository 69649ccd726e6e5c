package dev.iambroker.emulator.http;

import java.time.Duration;

/** An answer and the way it goes out. {@code delay} passes before the first byte, {@code pace} between the bytes of a slow delivery. */
public record Reply(HttpResponse response, Delivery delivery, Duration delay, Duration pace) {

    public static Reply whole(HttpResponse response) {
        return new Reply(response, Delivery.WHOLE, Duration.ZERO, Duration.ZERO);
    }

    public Reply after(Duration moreDelay) {
        return new Reply(response, delivery, delay.plus(moreDelay), pace);
    }
}
