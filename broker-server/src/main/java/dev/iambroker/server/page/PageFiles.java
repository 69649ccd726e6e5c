package dev.iambroker.server.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the page is made of. Immutable, thread-safe. */
final class PageFiles {
    private final Map<String, PageAnswer> files = Map.of(
            "", read("page.html", "text/html; charset=utf-8"),
            "page.css", read("page.css", "text/css; charset=utf-8"),
            "page.js", read("page.js", "text/javascript; charset=utf-8"),
            "icon.svg", read("icon.svg", "image/svg+xml"));

    /** Null where there is none of that name. */
    @Nullable
    PageAnswer find(String name) {
        return files.get(name);
    }

    private static PageAnswer read(String name, String mediaType) {
        try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program is without its file " + name);
            }
            return PageAnswer.of(mediaType, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
