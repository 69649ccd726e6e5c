package dev.iambroker.credential;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;

/** Started as another user: listens, says so on stdout, and answers each connection with what it got, if anything. */
final class ForeignListener {

    private ForeignListener() {}

    public static void main(String[] arguments) throws IOException {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(arguments[0]));
            System.out.println("listening");
            while (true) {
                serve(server);
            }
        }
    }

    private static void serve(ServerSocketChannel server) throws IOException {
        try (var client = server.accept()) {
            var request = ByteBuffer.allocate(1024);
            int got = client.read(request);
            System.out.println("got " + got);
            if (got > 0) {
                client.write(ByteBuffer.wrap(
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII)));
            }
        }
    }
}
