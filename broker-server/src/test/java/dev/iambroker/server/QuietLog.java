package dev.iambroker.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Keeps thousands of expected lines out of a build's output. */
final class QuietLog implements BeforeAllCallback, AfterAllCallback {
    private Level before = Level.DEBUG;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = root().getLevel();
        root().setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        root().setLevel(before);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
