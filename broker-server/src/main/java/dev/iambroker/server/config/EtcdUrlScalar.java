package dev.iambroker.server.config;

import java.net.URI;

/** Where a member of etcd listens for its clients. */
record EtcdUrlScalar() implements Scalar<URI> {
    private static final UrlScalar URL = new UrlScalar("");

    @Override
    public URI read(String text, boolean plain) throws Unacceptable {
        if (text.indexOf('@') >= 0) {
            throw new Unacceptable("names a user, who belongs into username and password");
        }
        URI url = URL.read(text, plain);
        if (!url.getRawPath().isEmpty()) {
            throw new Unacceptable("has a path, and etcd has none");
        }
        if (url.getPort() < 0) {
            throw new Unacceptable("has no port");
        }
        return url;
    }

    @Override
    public String expected() {
        return "https://HOST:PORT";
    }
}
