package dev.iambroker.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.iambroker.server.config.LogSettings;
import dev.iambroker.server.systemd.Journal;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up the log: lines on stderr, for people or for machines, with their priority where the journal reads them. In code,
 * because reading XML costs a start its time.
 */
final class Logging {
    private static final String TEXT = "%logger{0}: %msg%n%ex{short}";
    private static final String TIMED = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSX,UTC} %-5level " + TEXT;
    private static final String TARGET = "System.err";

    private final boolean toJournal;

    private Logging(boolean toJournal) {
        this.toJournal = toJournal;
    }

    static Logging ofThisProcess(Map<String, String> environment) {
        return new Logging(Journal.readsStderr(environment));
    }

    void apply(LogSettings settings) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        context.reset();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setTarget(TARGET);
        var lines = encoder(context, settings.format());
        appender.setEncoder(toJournal ? new JournalEncoder(lines) : lines);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level(settings.level()));
        root.addAppender(appender);
        // Their debug lines are about themselves, and nobody here has judged what they quote.
        context.getLogger("io.netty").setLevel(Level.WARN);
        context.getLogger("io.micrometer").setLevel(Level.WARN);
        context.getLogger("io.grpc").setLevel(Level.WARN);
        context.getLogger("io.vertx").setLevel(Level.WARN);
        // It warns of each request that it makes once more; that etcd is away is said once, by the fleet.
        context.getLogger("io.etcd").setLevel(Level.ERROR);
    }

    private Encoder<ILoggingEvent> encoder(LoggerContext context, LogSettings.Format format) {
        return switch (format) {
            case TEXT -> {
                var encoder = new PatternLayoutEncoder();
                encoder.setContext(context);
                // The journal keeps time and level itself.
                encoder.setPattern(toJournal ? TEXT : TIMED);
                encoder.start();
                yield encoder;
            }
            case JSON -> {
                var encoder = new JsonEncoder();
                encoder.setContext(context);
                // The text for people too: a collector would have to put the arguments into it.
                encoder.setWithFormattedMessage(true);
                encoder.start();
                yield encoder;
            }
        };
    }

    private static Level level(LogSettings.Level level) {
        return switch (level) {
            case TRACE -> Level.TRACE;
            case DEBUG -> Level.DEBUG;
            case INFO -> Level.INFO;
            case WARN -> Level.WARN;
            case ERROR -> Level.ERROR;
        };
    }
}
