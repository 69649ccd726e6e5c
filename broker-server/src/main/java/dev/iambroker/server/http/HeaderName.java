package dev.iambroker.server.http;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The header fields that mean something here. All others are checked for form and dropped. */
enum HeaderName {
    HOST("Host", true),
    CONTENT_LENGTH("Content-Length", true),
    TRANSFER_ENCODING("Transfer-Encoding", true),
    EXPECT("Expect", true),
    AUTHORIZATION("Authorization", true),
    CONNECTION("Connection", false),
    CONTENT_TYPE("Content-Type", false),
    ACCEPT("Accept", false),
    ACCEPT_ENCODING("Accept-Encoding", false),
    METADATA_FLAVOR("Metadata-Flavor", false),
    ORIGIN("Origin", false),
    SEC_FETCH_SITE("Sec-Fetch-Site", false),
    X_FORWARDED_FOR("X-Forwarded-For", false),
    FORWARDED("Forwarded", false);

    private static final Map<String, HeaderName> BY_WORD = byWord();

    private final String word;
    private final boolean once;

    HeaderName(String word, boolean once) {
        this.word = word;
        this.once = once;
    }

    String word() {
        return word;
    }

    /** Whether a second one makes the request ambiguous. */
    boolean isOnce() {
        return once;
    }

    static @Nullable HeaderName ofWord(String name) {
        return BY_WORD.get(name);
    }

    private static Map<String, HeaderName> byWord() {
        Map<String, HeaderName> names = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (HeaderName name : values()) {
            names.put(name.word.toLowerCase(Locale.ROOT), name);
        }
        return names;
    }
}
