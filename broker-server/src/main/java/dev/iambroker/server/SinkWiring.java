package dev.iambroker.server;

import dev.iambroker.broker.GuardedTokenBroker;
import dev.iambroker.server.config.ProcessIdentity;
import dev.iambroker.server.sink.SinkEvents;
import dev.iambroker.server.sink.Sinks;
import dev.iambroker.server.telemetry.SinkMeters;
import dev.iambroker.token.TokenService;
import java.security.SecureRandom;
import java.util.Set;

/** Joins the files that tokens are kept in to what they live on. */
final class SinkWiring {
    private SinkWiring() {}

    static Sinks sinks(
            GuardedTokenBroker broker, TokenService tokens, Machine machine, SinkMeters meters, AccountNews news) {
        var workshop = new Sinks.Workshop(
                ProcessIdentity.ofThisProcess().uid(),
                System.getenv("PATH"),
                machine.files(),
                task -> machine.workers().execute(() -> onThreadOfItsOwn(task)),
                machine.time(),
                tokens.alarms()::sleeper,
                new SecureRandom());
        var sinks = new Sinks(SinkSupply.of(broker), workshop, events(meters));
        news.tell(sinks::news, sinks::forgotten, sinks::lookAtAll);
        return sinks;
    }

    /**
     * Sinks' directories may be on disks that hang. A virtual thread in such a call takes a core's carrier with it: a few
     * of them, and nothing that waits for IAM would go on.
     */
    private static void onThreadOfItsOwn(Runnable task) {
        Thread thread = Thread.ofPlatform().daemon().name("sink").start(task);
        try {
            thread.join();
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private static SinkEvents events(SinkMeters meters) {
        return new SinkEvents() {
            @Override
            public void configured(Set<String> sinks) {
                meters.configured(sinks);
            }

            @Override
            public void current(String sink, boolean isCurrent) {
                meters.current(sink, isCurrent);
            }

            @Override
            public void written(String sink, boolean success) {
                meters.written(sink, success);
            }

            @Override
            public void told(String sink, boolean success) {
                meters.told(sink, success);
            }
        };
    }
}
