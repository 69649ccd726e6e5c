package dev.iambroker.server.sink;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.server.config.SinkConfig;
import dev.iambroker.server.config.SinkConfig.Format;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What stands around the token of one sink. Not thread-safe. */
final class Form {
    private final SinkConfig config;
    private final Supply supply;
    private @Nullable Rendering kubeconfig;

    Form(SinkConfig config, Supply supply) {
        this.config = config;
        this.supply = supply;
    }

    /** Finds out what cannot be done without. @throws BrokerFailure where it is not to be had */
    void prepare() throws SinkFailure {
        if (config.format() == Format.KUBECONFIG && kubeconfig == null) {
            kubeconfig();
        }
    }

    Rendering rendering() throws SinkFailure {
        return switch (config.format()) {
            case TOKEN -> Rendering.OF_TOKEN;
            case HEADER -> Rendering.OF_HEADER;
            case ENV -> Rendering.OF_ENV;
            case KUBECONFIG -> kubeconfig();
        };
    }

    /** Where the cluster is changes less often than its token: a containers service that is down must not keep that away. */
    private Rendering kubeconfig() throws SinkFailure {
        Rendering before = kubeconfig;
        try {
            String cluster = Objects.requireNonNull(config.cluster());
            String account = config.account().value();
            Rendering found = Rendering.ofKubeconfig(
                    supply.cluster(config.path().toString(), account, cluster), config.isPrivate());
            kubeconfig = found;
            return found;
        } catch (BrokerFailure e) {
            if (before == null) {
                throw e;
            }
            return before;
        }
    }
}
