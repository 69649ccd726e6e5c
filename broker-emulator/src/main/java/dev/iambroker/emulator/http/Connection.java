package dev.iambroker.emulator.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Requests and answers on one connection, in turn, until either side ends it. */
final class Connection {
    private final Socket socket;
    private final Handler handler;
    private final Stopping stopping;
    private final InstantSource clock;

    Connection(Socket socket, Handler handler, Stopping stopping, InstantSource clock) {
        this.socket = socket;
        this.handler = handler;
        this.stopping = stopping;
        this.clock = clock;
    }

    void run() throws IOException, InterruptedException {
        socket.setTcpNoDelay(true);
        RequestReader reader = new RequestReader(new BufferedInputStream(socket.getInputStream()));
        ReplyWriter writer = new ReplyWriter(socket, stopping, clock);
        boolean more = true;
        while (more && !stopping.requested()) {
            more = exchange(reader, writer);
        }
    }

    private boolean exchange(RequestReader reader, ReplyWriter writer) throws IOException, InterruptedException {
        HttpRequest request;
        try {
            request = reader.next();
        } catch (BadFraming e) {
            return writer.write(Reply.whole(HttpResponse.text(400, "text/plain", e.getMessage() + "\n")), false);
        }
        return request != null && answer(request, writer);
    }

    private boolean answer(HttpRequest request, ReplyWriter writer) throws IOException, InterruptedException {
        return writer.write(handler.handle(request), !wantsClose(request.header("Connection")));
    }

    private static boolean wantsClose(@Nullable String connection) {
        return connection != null && connection.equalsIgnoreCase("close");
    }
}
