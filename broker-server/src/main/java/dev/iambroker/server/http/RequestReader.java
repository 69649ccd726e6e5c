package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads one request of a connection that blocks, for those who have no event loop. */
public final class RequestReader {
    private static final int CHUNK = 4096;

    private RequestReader() {}

    /**
     * The first request of {@code in}, which stays the caller's and may have been read beyond it; null if it ends before.
     *
     * @throws MalformedRequest if no request can come of these bytes
     */
    public static @Nullable HttpRequest read(InputStream in) throws IOException {
        RequestParser parser = new RequestParser();
        ByteBuf bytes = Unpooled.buffer();
        byte[] chunk = new byte[CHUNK];
        while (true) {
            int read = in.read(chunk);
            if (read < 0) {
                return null;
            }
            bytes.discardReadBytes().writeBytes(chunk, 0, read);
            HttpRequest request = parser.next(bytes);
            if (request != null) {
                return request;
            }
        }
    }
}
