package dev.iambroker.broker;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name as a client wrote it, for the audit log. What does not have the shape of a name may be a secret that was put
 * in the wrong place, and is not kept.
 */
final class NameOnRecord {
    /** Clusters have names of up to 35 characters and ids of up to 32; API keys have 44, tokens far more. */
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

    private static final String NOT_A_NAME = "(not a name)";

    private NameOnRecord() {}

    static String of(String written) {
        return SHAPE.matcher(written).matches() ? written : NOT_A_NAME;
    }

    static @Nullable String ofNullable(@Nullable String written) {
        return written == null ? null : of(written);
    }
}
