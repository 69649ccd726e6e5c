package dev.iambroker.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;

/**
 * Puts before each line what the journal takes its priority from: sd-daemon(3). Each, because a trace is several lines
 * there too.
 */
final class JournalEncoder extends EncoderBase<ILoggingEvent> {
    private final Encoder<ILoggingEvent> lines;

    JournalEncoder(Encoder<ILoggingEvent> lines) {
        this.lines = lines;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String priority = "<" + priority(event.getLevel()) + ">";
        String text = new String(lines.encode(event), StandardCharsets.UTF_8);
        return text.replaceAll("(?m)^(?=.)", priority).getBytes(StandardCharsets.UTF_8);
    }

    /** Of syslog(3). */
    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }
}
