package dev.iambroker.it.bench;

import java.util.List;

/** Everything that is measured, in the order of the table. */
final class Experiments {
    private Experiments() {}

    static List<Experiment> all() {
        return List.of(
                new PluginStart(),
                new Instructions(),
                new KubectlShare(),
                new JavaTwin(),
                new WarmTokens(),
                new LoopbackHttp(),
                new StartAndStop(),
                new FirstRequests(),
                new Resting(),
                new ManyAccounts(),
                new Renewals(),
                new Expiry(),
                new HangingIam());
    }
}
