package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.List;

/** What is to be done to variables of an environment. */
sealed interface Variable {
    /** They are to be gone: what they hold would go before what is set. */
    record Gone(List<String> names) implements Variable {
        Gone(String... names) {
            this(List.of(names));
        }
    }

    /** @param value no secret of a client's */
    record Text(String name, String value) implements Variable {}

    /** It is set to {@code prefix} and what the file holds without its last newlines. */
    record Content(String name, String prefix, Path file) implements Variable {}
}
