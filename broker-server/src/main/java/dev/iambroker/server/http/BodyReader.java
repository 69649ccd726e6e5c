package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Takes one body off a buffer. */
interface BodyReader {
    /** A request without a body. */
    BodyReader NONE = in -> new byte[0];

    /** The whole body; null while bytes are missing. */
    byte @Nullable [] read(ByteBuf in);

    /** How much memory holds what was taken off the buffer, about, in bytes. */
    default int held() {
        return 0;
    }

    static MalformedRequest tooLarge() {
        return new MalformedRequest(
                ProblemType.BODY_TOO_LARGE, "the body is larger than " + RequestParser.MAX_BODY + " bytes");
    }

    /** A body of known size. Memory is taken as the bytes come, not as they are announced. */
    record Sized(int size) implements BodyReader {
        @Override
        public byte @Nullable [] read(ByteBuf in) {
            if (in.readableBytes() < size) {
                return null;
            }
            byte[] bytes = new byte[size];
            in.readBytes(bytes);
            return bytes;
        }
    }

    /** A body in chunks (RFC 9112 section 7.1), without extensions and trailers: nobody here has a use for them. */
    final class Chunked implements BodyReader {
        /** A size line is five hexadecimal digits at most, as the body is limited; a few leading zeros may pass. */
        private static final int MAX_SIZE_LINE = 10;

        private static final int IN_SIZE_LINE = -1;

        /** An array that grows is up to twice what it holds. */
        private static final int ROOM_TO_GROW = 2;

        private final LineReader lines = new LineReader();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int chunk = IN_SIZE_LINE;

        @Override
        public byte @Nullable [] read(ByteBuf in) {
            while (readSize(in)) {
                if (chunk == 0) {
                    return readEnd(in) ? bytes.toByteArray() : null;
                }
                if (!readChunk(in)) {
                    return null;
                }
            }
            return null;
        }

        @Override
        public int held() {
            return ROOM_TO_GROW * bytes.size();
        }

        private boolean readSize(ByteBuf in) {
            if (chunk != IN_SIZE_LINE) {
                return true;
            }
            String line = lines.next(in, MAX_SIZE_LINE, ProblemType.MALFORMED);
            if (line == null) {
                return false;
            }
            chunk = sizeOf(line);
            if (bytes.size() + chunk > RequestParser.MAX_BODY) {
                throw tooLarge();
            }
            return true;
        }

        private static int sizeOf(String line) {
            boolean isHex = !line.isEmpty() && line.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
            if (!isHex) {
                throw MalformedRequest.because("a chunk does not begin with its size in hexadecimal");
            }
            return (int) Math.min(Long.parseLong(line, 16), RequestParser.MAX_BODY + 1L);
        }

        private boolean readChunk(ByteBuf in) {
            if (in.readableBytes() < chunk + 2) {
                return false;
            }
            byte[] data = new byte[chunk];
            in.readBytes(data);
            bytes.writeBytes(data);
            if (in.readByte() != '\r' || in.readByte() != '\n') {
                throw MalformedRequest.because("a chunk does not end where its size says");
            }
            chunk = IN_SIZE_LINE;
            return true;
        }

        private boolean readEnd(ByteBuf in) {
            String line = lines.next(in, RequestParser.MAX_HEADER_BYTES, ProblemType.HEADERS_TOO_LARGE);
            if (line != null && !line.isEmpty()) {
                throw MalformedRequest.because("trailer fields are not accepted");
            }
            return line != null;
        }
    }
}
