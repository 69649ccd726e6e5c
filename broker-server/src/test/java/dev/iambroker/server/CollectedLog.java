package dev.iambroker.server;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.iambroker.server.config.LogSettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Every line that the daemon logs at TRACE, stack traces and all, in place of standard error. Thread-safe. */
final class CollectedLog implements AutoCloseable {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    CollectedLog() {
        Logging.ofThisProcess(Map.of()).apply(new LogSettings(LogSettings.Level.TRACE, LogSettings.Format.TEXT));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        var collector = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                lines.add(line(event));
            }
        };
        collector.setContext(context);
        collector.start();
        root.addAppender(collector);
    }

    private static String line(ILoggingEvent event) {
        return event.getLevel() + " " + event.getThreadName() + " " + event.getLoggerName() + ": "
                + event.getFormattedMessage() + " " + event.getMDCPropertyMap() + " "
                + ThrowableProxyUtil.asString(event.getThrowableProxy());
    }

    List<String> lines() {
        return lines;
    }

    /** As it is in every other test. */
    @Override
    public void close() {
        context.reset();
        try {
            new ContextInitializer(context).autoConfig();
        } catch (JoranException e) {
            throw new IllegalStateException("the log cannot be configured as it was", e);
        }
    }
}
