package dev.iambroker.it.harness;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Asks as HTTP libraries do: over one connection as long as it is kept, and once more over a new one where a connection
 * that was used before ended without a byte of an answer (RFC 9112 section 9.3.1). Confined to one thread.
 */
final class KeptConnection implements AutoCloseable {
    private static final String LENGTH = "\r\ncontent-length:";

    private final Path socket;
    private @Nullable SocketChannel channel;
    private InputStream in = InputStream.nullInputStream();

    KeptConnection(Path socket) {
        this.socket = socket;
    }

    /** @throws IOException if nobody listens, or an answer is cut off, or a new connection is not answered */
    Answer get(String target) throws IOException {
        SocketChannel used = channel;
        if (used != null) {
            try {
                return ask(used, target);
            } catch (Unanswered e) {
                close();
            }
        }
        return ask(connect(), target);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel = opened;
        opened.connect(UnixDomainSocketAddress.of(socket));
        in = new BufferedInputStream(Channels.newInputStream(opened));
        return opened;
    }

    private Answer ask(SocketChannel to, String target) throws IOException {
        byte[] request = ("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        try {
            to.write(ByteBuffer.wrap(request));
            in.mark(1);
            if (in.read() < 0) {
                throw new Unanswered("the connection ended without an answer");
            }
        } catch (Unanswered e) {
            throw e;
        } catch (IOException e) {
            throw new Unanswered(e.toString());
        }
        in.reset();
        return answer();
    }

    private Answer answer() throws IOException {
        String head = head();
        String named = head.toLowerCase(Locale.ROOT);
        int length = named.indexOf(LENGTH) + LENGTH.length();
        int end = named.indexOf("\r\n", length);
        byte[] body = in.readNBytes(Integer.parseInt(head.substring(length, end).strip()));
        if (named.contains("\r\nconnection: close\r\n")) {
            close();
        }
        return new Answer(Integer.parseInt(head.substring(9, 12)), head, new String(body, StandardCharsets.UTF_8));
    }

    private String head() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("cut off after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private static final class Unanswered extends IOException {
        private static final long serialVersionUID = 1L;

        Unanswered(String message) {
            super(message);
        }
    }
}
