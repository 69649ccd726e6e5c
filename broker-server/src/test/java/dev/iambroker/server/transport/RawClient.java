package dev.iambroker.server.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Sends and reads bytes as they are. */
final class RawClient implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

    private RawClient(SocketChannel channel) {
        this.channel = channel;
    }

    static RawClient unix(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(path));
        return new RawClient(channel);
    }

    static RawClient tcp(int port) throws IOException {
        return new RawClient(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    void send(String bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** One answer, by its Content-Length. */
    String readAnswer() throws IOException {
        while (true) {
            String text = unread.toString(StandardCharsets.ISO_8859_1);
            int end = endOfAnswer(text);
            if (end >= 0) {
                unread.reset();
                unread.writeBytes(text.substring(end).getBytes(StandardCharsets.ISO_8859_1));
                return text.substring(0, end);
            }
            if (!readMore()) {
                throw new IOException("the connection ended after: " + text);
            }
        }
    }

    private static int endOfAnswer(String text) {
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return -1;
        }
        int field = text.indexOf("Content-Length: ");
        int length = field < 0 || field > head
                ? 0
                : Integer.parseInt(text.substring(field + 16, text.indexOf("\r\n", field)));
        int end = head + 4 + length;
        return end <= text.length() ? end : -1;
    }

    /** All until the server ends the connection. */
    String readToEnd() throws IOException {
        boolean more = true;
        while (more) {
            more = readMore();
        }
        return unread.toString(StandardCharsets.ISO_8859_1);
    }

    private boolean readMore() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        if (channel.read(buffer) < 0) {
            return false;
        }
        unread.write(buffer.array(), 0, buffer.position());
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
