package dev.iambroker.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Any bytes are read as the same requests however they are split, or refused; what waits for more is bounded. The first
 * byte chooses where they are split.
 */
public final class RequestParserFuzz {
    /** The largest part that has to be whole before it is taken: a chunk and its end, or a body. */
    private static final int MOST_WAITING = RequestParser.MAX_BODY + 2;

    private RequestParserFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        List<String> whole = readingOf(bytes, List.of(bytes.length));
        List<String> split = readingOf(bytes, piecesOf(bytes.length, data[0]));
        if (!whole.equals(split)) {
            throw new AssertionError("in one piece " + whole + ", in several " + split);
        }
    }

    private static List<Integer> piecesOf(int length, byte seed) {
        Random random = new Random(seed);
        int longest = 1 + (seed & 0x1f);
        List<Integer> pieces = new ArrayList<>();
        for (int left = length; left > 0; left -= pieces.getLast()) {
            pieces.add(Math.min(left, 1 + random.nextInt(longest)));
        }
        return pieces;
    }

    private static List<String> readingOf(byte[] bytes, List<Integer> pieces) {
        RequestParser parser = new RequestParser();
        ByteBuf in = Unpooled.buffer();
        List<String> reading = new ArrayList<>();
        int sent = 0;
        try {
            for (int piece : pieces) {
                in.writeBytes(bytes, sent, piece);
                sent += piece;
                readAll(parser, in, reading);
            }
            reading.add("waits, " + parser.isMidRequest());
        } catch (MalformedRequest refused) {
            reading.add(refused.getMessage());
            refused.answer();
        } finally {
            in.release();
        }
        return reading;
    }

    private static void readAll(RequestParser parser, ByteBuf in, List<String> reading) {
        for (HttpRequest request = parser.next(in); request != null; request = parser.next(in)) {
            reading.add(textOf(request));
        }
        if (in.readableBytes() > MOST_WAITING) {
            throw new AssertionError(in.readableBytes() + " bytes wait for more");
        }
        in.discardReadBytes();
    }

    private static String textOf(HttpRequest request) {
        StringBuilder text = new StringBuilder(request.method() + " " + request.rawPath() + "?" + request.rawQuery());
        for (HeaderName name : HeaderName.values()) {
            text.append('|').append(request.header(name));
        }
        return text.append(request.keepAlive())
                .append(Arrays.toString(request.body()))
                .toString();
    }
}
