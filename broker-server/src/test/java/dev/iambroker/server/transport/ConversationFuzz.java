package dev.iambroker.server.transport;

import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.RequestEvents;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * A connection answers the same however its bytes are split, and nothing after an answer that says close: what follows
 * a malformed request is never served. A request that is refused for its head may end the connection before its body came, and
 * whatever came with that. The first byte chooses where it is split.
 */
public final class ConversationFuzz {
    private static final FakeBroker BROKER = new FakeBroker();
    private static final HttpService SERVICE = TestServer.unixService(BROKER, RequestEvents.NONE);
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 [0-9]{3} ");

    private ConversationFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        String whole = answersTo(bytes, bytes.length, new Random(0));
        String split = answersTo(bytes, 1 + (data[0] & 0x3f), new Random(data[0]));
        if (!whole.equals(split) && !endsInARefusalOfAHead(split, whole)) {
            throw new AssertionError("in one piece: " + whole + ", in several: " + split);
        }
        int close = whole.indexOf("\r\nConnection: close\r\n");
        if (close >= 0 && STATUS_LINE.matcher(whole).find(close)) {
            throw new AssertionError("served after the end: " + whole);
        }
        BROKER.asked.clear();
        BROKER.clients.clear();
    }

    private static boolean endsInARefusalOfAHead(String split, String whole) {
        int last = split.lastIndexOf("HTTP/1.1 403 ");
        return last >= 0
                && whole.startsWith(split.substring(0, last))
                && split.indexOf("\r\nConnection: close\r\n", last) > 0;
    }

    private static String answersTo(byte[] bytes, int longest, Random random) {
        ManualConnection client = ManualConnection.to(SERVICE, Runnable::run);
        for (int sent = 0; sent < bytes.length && !client.hasEnded(); ) {
            boolean isWhole = longest == bytes.length;
            int piece = isWhole ? longest : Math.min(bytes.length - sent, 1 + random.nextInt(longest));
            client.send(new String(bytes, sent, piece, StandardCharsets.ISO_8859_1));
            sent += piece;
        }
        String text = client.received().replace("HTTP/1.1 100 Continue\r\n\r\n", "");
        client.end();
        return text;
    }
}
