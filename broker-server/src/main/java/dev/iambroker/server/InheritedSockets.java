package dev.iambroker.server;

import dev.iambroker.server.config.Listen;
import dev.iambroker.server.systemd.PassedSocket;
import dev.iambroker.server.transport.InheritedSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that the service manager opened, each for the listener of the configuration whose place it takes. One that no
 * listener wants is refused: its clients would wait for ever.
 *
 * @param unix null where the broker opens its own; so are the others
 */
record InheritedSockets(
        @Nullable InheritedSocket unix,
        @Nullable InheritedSocket http,
        @Nullable InheritedSocket metrics) {
    static final InheritedSockets NONE = new InheritedSockets(null, null, null);

    private enum Place {
        UNIX,
        HTTP,
        METRICS
    }

    /** @throws RuntimeException with one line for the operator if a socket does not fit the configuration */
    static InheritedSockets assign(List<PassedSocket> passed, Listen listen) {
        Map<Place, InheritedSocket> places = new EnumMap<>(Place.class);
        for (PassedSocket each : passed) {
            InheritedSocket socket = InheritedSocket.of(each.descriptor());
            Place place = placeOf(each.name(), socket, listen);
            if (places.putIfAbsent(place, socket) != null) {
                throw new IllegalArgumentException("the socket unit passes a second socket where one is served: "
                        + socket + " (expected one ListenStream= for each listener)");
            }
        }
        return new InheritedSockets(places.get(Place.UNIX), places.get(Place.HTTP), places.get(Place.METRICS));
    }

    private static Place placeOf(String name, InheritedSocket socket, Listen listen) {
        if (socket.isUnix()) {
            demandConfiguredPath(socket, listen.unix().path());
            return Place.UNIX;
        }
        Listen.Http http = listen.http();
        Listen.Metrics metrics = listen.metrics();
        if (http != null && isFor("http", name, http.address(), socket)) {
            return Place.HTTP;
        }
        if (metrics != null && isFor("metrics", name, metrics.address(), socket)) {
            return Place.METRICS;
        }
        throw new IllegalArgumentException("the socket unit passes a socket on " + socket
                + " that no listener of the configuration wants: add listen.http or listen.metrics with this address,"
                + " or take its ListenStream= away");
    }

    /** Clients, shares and kubeconfigs go by the configuration. */
    private static void demandConfiguredPath(InheritedSocket socket, Path configured) {
        try {
            if (Files.isSameFile(socket.path(), configured)) {
                return;
            }
        } catch (IOException e) {
            // One of them is not there: then they are not the same.
        }
        throw new IllegalArgumentException("the socket unit listens on " + socket + ", and listen.unix.path is "
                + configured + ": make both the same");
    }

    /** The name tells one of several; without it the address does, which then is the very one that is configured. */
    private static boolean isFor(String place, String name, InetSocketAddress configured, InheritedSocket socket) {
        boolean isSamePort = configured.getPort() == 0
                || configured.getPort() == socket.address().getPort();
        return name.equals(place) ? isSamePort : configured.equals(socket.address());
    }
}
