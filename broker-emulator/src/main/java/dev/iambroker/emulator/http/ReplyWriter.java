package dev.iambroker.emulator.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;

/** Puts an answer on the wire, well or badly. One per connection, used by its thread alone. */
final class ReplyWriter {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private final Socket socket;
    private final OutputStream out;
    private final Stopping stopping;
    private final InstantSource clock;

    ReplyWriter(Socket socket, Stopping stopping, InstantSource clock) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.stopping = stopping;
        this.clock = clock;
    }

    /** Whether the connection can carry another request afterwards. Runs the reply's {@code atEnd} whatever happens. */
    boolean write(Reply reply, boolean keepAlive) throws IOException, InterruptedException {
        if (reply.delivery() == Delivery.WHOLE) {
            return writeWhole(reply, keepAlive);
        }
        try {
            return stopping.pause(reply.delay()) && deliver(reply, keepAlive);
        } finally {
            reply.atEnd().run();
        }
    }

    /** It has ended before its bytes leave: whoever reads them may ask again at once. */
    private boolean writeWhole(Reply reply, boolean keepAlive) throws IOException, InterruptedException {
        boolean goesOn;
        try {
            goesOn = stopping.pause(reply.delay());
        } finally {
            reply.atEnd().run();
        }
        return goesOn && deliver(reply, keepAlive);
    }

    private boolean deliver(Reply reply, boolean keepAlive) throws IOException, InterruptedException {
        Pieces pieces = reply.response().pieces();
        if (pieces != null && reply.delivery() == Delivery.WHOLE) {
            return inChunks(head(reply, CHUNKED, keepAlive), pieces, keepAlive);
        }
        byte[] body = reply.response().body();
        boolean endless = reply.delivery() == Delivery.ENDLESS;
        byte[] head = head(reply, endless ? CHUNKED : "Content-Length: " + body.length, keepAlive);
        return switch (reply.delivery()) {
            case WHOLE -> whole(head, body, keepAlive);
            case CUT_OFF_BODY -> end(head, half(body));
            case CUT_OFF_HEADERS -> end(half(head), new byte[0]);
            case SLOW_HEADERS -> slowly(head, reply.pace()) && whole(new byte[0], body, keepAlive);
            case SLOW_BODY -> slowBody(head, body, reply.pace(), keepAlive);
            case STALL_BODY -> stall(head, half(body));
            case HANG -> stall(new byte[0], new byte[0]);
            case RESET -> reset();
            case CLOSE -> false;
            case ENDLESS -> endless(head);
        };
    }

    private byte[] head(Reply reply, String framing, boolean keepAlive) {
        HttpResponse response = reply.response();
        StringBuilder head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(response.status())
                .append(' ')
                .append(Reason.of(response.status()))
                .append("\r\nDate: ")
                .append(HttpDate.format(clock.instant()))
                .append("\r\n");
        response.headers()
                .forEach(header -> head.append(header.name())
                        .append(": ")
                        .append(header.value())
                        .append("\r\n"));
        head.append(framing);
        head.append(keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        return head.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private boolean whole(byte[] head, byte[] body, boolean keepAlive) throws IOException {
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        out.write(all);
        out.flush();
        return keepAlive;
    }

    /** Each piece leaves as soon as it is there. */
    private boolean inChunks(byte[] head, Pieces pieces, boolean keepAlive) throws IOException, InterruptedException {
        whole(head, new byte[0], keepAlive);
        for (byte[] piece = pieces.next(); piece != null; piece = pieces.next()) {
            whole(ascii(Integer.toHexString(piece.length) + "\r\n"), piece, keepAlive);
            whole(ascii("\r\n"), new byte[0], keepAlive);
        }
        return whole(ascii("0\r\n\r\n"), new byte[0], keepAlive);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private boolean end(byte[] head, byte[] body) throws IOException {
        whole(head, body, false);
        return false;
    }

    private boolean slowBody(byte[] head, byte[] body, Duration pace, boolean keepAlive)
            throws IOException, InterruptedException {
        whole(head, new byte[0], keepAlive);
        return slowly(body, pace) && keepAlive;
    }

    private boolean slowly(byte[] bytes, Duration pace) throws IOException, InterruptedException {
        for (byte b : bytes) {
            out.write(b);
            out.flush();
            if (!stopping.pause(pace)) {
                return false;
            }
        }
        return true;
    }

    private boolean stall(byte[] head, byte[] body) throws IOException {
        whole(head, body, false);
        // Whatever the caller still sends is swallowed; its close, or that of the listener, ends the wait.
        InputStream in = socket.getInputStream();
        in.transferTo(OutputStream.nullOutputStream());
        return false;
    }

    private boolean reset() throws IOException {
        socket.setSoLinger(true, 0);
        return false;
    }

    private boolean endless(byte[] head) throws IOException {
        out.write(head);
        byte[] chunk = ascii("400\r\n" + " ".repeat(0x400) + "\r\n");
        while (!stopping.requested()) {
            out.write(chunk);
        }
        return false;
    }

    private static byte[] half(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length / 2);
    }
}
