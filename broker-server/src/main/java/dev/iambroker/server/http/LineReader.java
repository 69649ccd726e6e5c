package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes lines ended by CRLF off a buffer. Remembers how far it looked, so that a line sent in bits costs no more. */
final class LineReader {
    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private int searched;

    /**
     * The next line without its end; null while it is not whole.
     *
     * @param limit most bytes of the line, its end included
     * @param tooLong what a longer line is
     */
    @Nullable
    String next(ByteBuf in, int limit, ProblemType tooLong) {
        int lf = in.indexOf(in.readerIndex() + searched, in.writerIndex(), LF);
        int length = lf < 0 ? in.readableBytes() : lf + 1 - in.readerIndex();
        if (length > limit) {
            throw new MalformedRequest(tooLong, "a line of the request is longer than allowed");
        }
        if (lf < 0) {
            searched = length;
            return null;
        }
        searched = 0;
        return take(in, length);
    }

    private static String take(ByteBuf in, int length) {
        int start = in.readerIndex();
        // RFC 9112 section 2.2 lets a bare LF pass; two parsers that differ on it see two different requests.
        if (length < 2 || in.getByte(start + length - 2) != CR) {
            throw MalformedRequest.because("a line ends in LF alone: lines end in CRLF");
        }
        in.skipBytes(length);
        return text(in, start, length - 2);
    }

    /** Not {@link ByteBuf#toString}: that goes through an array of the thread, and leaves a client secret in it. */
    private static String text(ByteBuf in, int start, int length) {
        byte[] line = new byte[length];
        in.getBytes(start, line);
        try {
            return new String(line, StandardCharsets.ISO_8859_1);
        } finally {
            Arrays.fill(line, (byte) 0);
        }
    }
}
