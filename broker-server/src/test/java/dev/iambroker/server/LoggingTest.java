package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import dev.iambroker.server.config.LogSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class LoggingTest {
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void restore() throws Exception {
        System.setErr(stderr);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    private String logged(LogSettings.Format format) {
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        Logging.ofThisProcess(Map.of()).apply(new LogSettings(LogSettings.Level.INFO, format));
        var log = LoggerFactory.getLogger("dev.iambroker.server.Some");
        log.debug("not asked for");
        log.warn("account {} is away", "\"prod\"");
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void text_line_hasTimeLevelAndMessage() {
        assertThat(logged(LogSettings.Format.TEXT))
                .matches("\\d{4}-\\d{2}-\\d{2}T[0-9:.]+Z WARN  Some: account \"prod\" is away\\n");
    }

    @Test
    void json_line_isOneObjectForACollector() {
        String line = logged(LogSettings.Format.JSON);

        assertThat(line.lines()).hasSize(1);
        JsonNode object = JsonMapper.shared().readTree(line);
        assertThat(object.path("level").asString("")).isEqualTo("WARN");
        assertThat(object.path("formattedMessage").asString("")).isEqualTo("account \"prod\" is away");
        assertThat(object.path("timestamp").isNumber()).isTrue();
    }
}
