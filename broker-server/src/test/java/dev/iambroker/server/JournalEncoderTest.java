package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JournalEncoderTest {
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("dev.iambroker.Some");

    private String encoded(Level level, String message, @Nullable Throwable failure) {
        var lines = new PatternLayoutEncoder();
        lines.setContext(context);
        lines.setPattern("%msg%n%ex{short}");
        lines.start();
        var event = new LoggingEvent("", logger, level, message, failure, null);
        return new String(new JournalEncoder(lines).encode(event), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"ERROR,3", "WARN,4", "INFO,6", "DEBUG,7", "TRACE,7"})
    void line_ofALevel_beginsWithItsPriority(String level, int priority) {
        assertThat(encoded(Level.toLevel(level), "begun", null)).isEqualTo("<" + priority + ">begun\n");
    }

    @Test
    void trace_ofAFailure_hasThePriorityOnEachLine() {
        assertThat(encoded(Level.ERROR, "ended", new IllegalStateException("x")).lines())
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.startsWith("<3>"));
    }
}
