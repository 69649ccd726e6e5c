package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HangUpTest {
    /** One that ends no process where handling it does not come about. */
    private static final String HARMLESS = "WINCH";

    @Test
    void handle_signalComes_runsTheAction() throws Exception {
        CountDownLatch came = new CountDownLatch(1);
        HangUp.handle(HARMLESS, came::countDown);
        Class<?> signals = Class.forName("sun.misc.Signal");
        Object signal = signals.getConstructor(String.class).newInstance(HARMLESS);
        signals.getMethod("raise", signals).invoke(null, signal);
        assertThat(came.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
