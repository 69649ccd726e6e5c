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
                machine.workers(),
                machine.time(),
                tokens.alarms()::sleeper,
                new SecureRandom());
        var sinks = new Sinks(SinkSupply.of(broker), workshop, events(meters));
        news.tell(sinks::news, sinks::forgotten, sinks::lookAtAll);
        return sinks;
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
