package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.RequestEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A connection answers the same however its bytes are split, and nothing after an answer that says close: what follows
 * a malformed request is never served. A request that is refused for its head may end the connection before its body came, and
 * whatever came with that. The first byte chooses where it is split.
 */
public final class ConversationFuzz {
    private static final Arrival OWNER = new Arrival(ClientIdentity.ofPeer(new Peer(7, 7, Set.of(), 1, 1)), 0);
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
        EmbeddedChannel channel =
                new EmbeddedChannel(new Known(), new RequestHandler(SERVICE, Runnable::run, new LoopShare()));
        for (int sent = 0; sent < bytes.length && channel.isOpen(); ) {
            boolean isWhole = longest == bytes.length;
            int piece = isWhole ? longest : Math.min(bytes.length - sent, 1 + random.nextInt(longest));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, sent, piece));
            sent += piece;
        }
        String text = received(channel).replace("HTTP/1.1 100 Continue\r\n\r\n", "");
        channel.finishAndReleaseAll();
        return text;
    }

    private static String received(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }
        return text.toString();
    }

    /** Stands for the handlers before: knows who it is. */
    private static final class Known extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.channel().attr(Arrivals.KEY).set(OWNER);
        }
    }
}
