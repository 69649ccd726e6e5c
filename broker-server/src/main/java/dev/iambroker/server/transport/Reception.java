package dev.iambroker.server.transport;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.server.http.Arrival;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.Witness;
import dev.iambroker.server.transport.PeerReader.Credentials;
import io.netty.channel.unix.Socket;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Learns who connected, before any byte of theirs is read. Refuses nobody: limits and the policy do. Thread-safe. */
sealed interface Reception {
    /**
     * Of whom the kernel says at once whose limit they count against.
     *
     * @throws IOException if it does not say; such a connection is not to be served
     */
    Guest receive(Socket socket) throws IOException;

    /** Whoever has connected. */
    interface Guest {
        /** Against whose limits the connection counts. */
        int user();

        /**
         * All that is to be known of it; may read {@code /proc}.
         *
         * @throws IOException if the kernel does not say
         */
        Arrival arrival() throws IOException;
    }

    /** By a Unix socket: the kernel knows the peer. */
    record Local(PeerReader peers, Witnesses witnesses, HttpService service) implements Reception {
        @Override
        public Guest receive(Socket socket) throws IOException {
            return new LocalGuest(this, socket, peers.credentialsOf(socket));
        }

        private Witness witness(Socket socket, ClientIdentity client, Peer peer) {
            return service.asks(client).isEmpty()
                    ? witnesses.lateWitness(peer)
                    : witnesses.witness(peer, () -> peers.isStill(socket, peer.pid()));
        }
    }

    record LocalGuest(Local reception, Socket socket, Credentials credentials) implements Guest {
        @Override
        public int user() {
            return credentials.uid();
        }

        @Override
        public Arrival arrival() {
            Peer peer = reception.peers.peerOf(socket, credentials);
            ClientIdentity client = ClientIdentity.ofPeer(peer);
            return new Arrival(client, reception.witness(socket, client, peer));
        }
    }

    /**
     * By TCP, where only a secret will say who it is; what is known is by which address and port it came in.
     *
     * @param user against whose limit all of them count
     * @param everyones where all come by the same address; null where each has to be asked
     */
    record Tcp(int user, @Nullable Arrival everyones) implements Reception {
        private static final ClientIdentity NOBODY_YET = ClientIdentity.ofSecret(Set.of());

        /** @param bound what is listened on */
        static Tcp on(InetSocketAddress bound, int user) {
            return new Tcp(user, bound.getAddress().isAnyLocalAddress() ? null : by(bound));
        }

        @Override
        public Guest receive(Socket socket) {
            return new TcpGuest(this, socket);
        }

        private Arrival arrivalOf(Socket socket) throws IOException {
            if (everyones != null) {
                return everyones;
            }
            InetSocketAddress local = socket.localAddress();
            if (local == null) {
                throw new IOException("it has no address any more");
            }
            return by(local);
        }

        private static Arrival by(InetSocketAddress local) {
            String address = NetUtil.toAddressString(local.getAddress());
            String host = local.getAddress() instanceof Inet6Address ? "[" + address + "]" : address;
            return new Arrival(NOBODY_YET, local.getPort(), host, Witness.BLIND);
        }
    }

    record TcpGuest(Tcp reception, Socket socket) implements Guest {
        @Override
        public int user() {
            return reception.user;
        }

        @Override
        public Arrival arrival() throws IOException {
            return reception.arrivalOf(socket);
        }
    }
}
