package dev.iambroker.server.http;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.ShareControl;
import dev.iambroker.broker.ShareRequest;
import dev.iambroker.broker.ShareView;
import dev.iambroker.client.ClientIdentity;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Shares without sockets. Notes what it was asked. Thread-safe. */
public final class FakeShares implements ShareControl {
    public final List<Object> asked = new CopyOnWriteArrayList<>();
    public final List<ShareView> open = new CopyOnWriteArrayList<>();

    static ShareView view(@Nullable Long usesLeft) {
        return new ShareView(
                "4f1c22aa",
                "prod",
                TokenKind.KUBE,
                "c1",
                "/run/shares/x/broker.sock",
                FakeBroker.END,
                usesLeft,
                "owner");
    }

    @Override
    public ShareView share(ClientIdentity client, ShareRequest request) {
        asked.add(request);
        return view(request.uses());
    }

    @Override
    public List<ShareView> shares(ClientIdentity client) {
        return List.copyOf(open);
    }

    @Override
    public ShareView unshare(ClientIdentity client, String id) {
        asked.add("unshare " + id);
        return view(null);
    }

    @Override
    public List<ShareView> unshareAll(ClientIdentity client) {
        asked.add("unshare all");
        return List.of();
    }
}
