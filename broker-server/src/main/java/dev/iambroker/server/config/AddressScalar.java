package dev.iambroker.server.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** An address and port to listen on. Names other than localhost are refused: what they mean can change. */
record AddressScalar(boolean loopbackOnly) implements Scalar<InetSocketAddress> {
    private static final int MAX_PORT = 65535;
    private static final int MAX_PORT_DIGITS = 5;

    @Override
    public InetSocketAddress read(String text, boolean plain) throws Unacceptable {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || text.endsWith("]")) {
            throw new Unacceptable("has no port");
        }
        String host = text.substring(0, colon);
        boolean ambiguous = host.indexOf(':') >= 0 && !host.startsWith("[");
        InetAddress address = ambiguous ? null : Loopback.addressOf(host);
        if (address == null) {
            throw new Unacceptable("is no address");
        }
        if (loopbackOnly && !address.isLoopbackAddress()) {
            throw new Unacceptable("is no loopback address: clients are never served from other machines");
        }
        return new InetSocketAddress(address, port(text.substring(colon + 1)));
    }

    private static int port(String text) throws Unacceptable {
        boolean digits = !text.isEmpty()
                && text.length() <= MAX_PORT_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text) : MAX_PORT + 1;
        if (port > MAX_PORT) {
            throw new Unacceptable("has an impossible port");
        }
        return port;
    }

    @Override
    public String expected() {
        return loopbackOnly ? "127.0.0.1:PORT, [::1]:PORT or localhost:PORT" : "ADDRESS:PORT such as 0.0.0.0:9180";
    }

    @Override
    public Object shown(InetSocketAddress value) {
        String host = value.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + value.getPort();
    }
}
