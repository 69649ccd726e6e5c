package dev.iambroker.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes long answers short (RFC 9110 section 8.4): where ten thousand accounts are configured their metrics and their list take
 * more than a client may leave untaken. Never what holds a secret: its length must not tell of it.
 */
final class Compression {
    private static final String GZIP = "gzip";

    /** Shorter ones go in one or two packets as they are. */
    private static final int WORTH_IT = 64 * 1024;

    /** Somewhat less than the memory that one client's answers may take. */
    private static final int MOST_BYTES = 3 * 1024 * 1024;

    private static final int EXPECTED_FACTOR = 16;

    private Compression() {}

    /** {@code answer} in a form that {@code request} takes; or why there is none. */
    static Answer fitted(Answer answer, HttpRequest request) {
        if (!(answer instanceof FullAnswer full) || full.length() < WORTH_IT) {
            return answer;
        }
        if (accepts(request.header(HeaderName.ACCEPT_ENCODING))) {
            return full.with("Content-Encoding", GZIP)
                    .with("Vary", HeaderName.ACCEPT_ENCODING.word())
                    .withBody(List.of(packed(full.body(), full.length())));
        }
        return full.length() <= MOST_BYTES ? full : tooLong(full.length());
    }

    private static Answer tooLong(int bytes) {
        return Problem.of(
                        ProblemType.BAD_REQUEST,
                        "the answer takes " + (bytes >> 20)
                                + " MB and is given packed only: ask with Accept-Encoding: gzip, as Prometheus and"
                                + " curl --compressed do")
                .answer();
    }

    /** @param field null where there was none */
    static boolean accepts(@Nullable String field) {
        if (field == null) {
            return false;
        }
        for (String each : field.split(",", -1)) {
            String[] parts = each.strip().toLowerCase(Locale.ROOT).split(";", 2);
            boolean isRefused = parts.length == 2 && parts[1].strip().matches("q=0(\\.0*)?");
            if (parts[0].strip().equals(GZIP)) {
                return !isRefused;
            }
        }
        return false;
    }

    private static byte[] packed(List<byte[]> pieces, int length) {
        var bytes = new ByteArrayOutputStream(length / EXPECTED_FACTOR);
        try (var out = new Fast(bytes)) {
            for (byte[] piece : pieces) {
                out.write(piece);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory can be written to", e);
        }
        return bytes.toByteArray();
    }

    /** Text of which most repeats itself is packed well by the quickest way. */
    private static final class Fast extends GZIPOutputStream {
        Fast(ByteArrayOutputStream bytes) throws IOException {
            super(bytes);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
