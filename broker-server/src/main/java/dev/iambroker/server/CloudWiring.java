package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.server.config.AccountConfig;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.iam.Endpoints;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns configured endpoints into those that the adapters call. */
final class CloudWiring {
    private CloudWiring() {}

    static Map<AccountName, Endpoints> endpoints(BrokerConfig config) {
        Map<AccountName, Endpoints> endpoints = new LinkedHashMap<>();
        for (AccountConfig account : config.accounts()) {
            endpoints.put(account.account().name(), endpoints(account));
        }
        return endpoints;
    }

    private static Endpoints endpoints(AccountConfig account) {
        var configured = account.endpoints();
        return new Endpoints(
                account.account().cloud(),
                configured.iam(),
                configured.accounts(),
                configured.containers(),
                configured.region(),
                configured.caFile());
    }

    /** What a cloud implies, for people to read. */
    static dev.iambroker.server.config.Endpoints implied(Cloud cloud, @Nullable String region) {
        Endpoints implied = Endpoints.implied(cloud, region);
        return new dev.iambroker.server.config.Endpoints(
                implied.iam(), implied.accounts(), implied.containers(), implied.region(), null);
    }
}
