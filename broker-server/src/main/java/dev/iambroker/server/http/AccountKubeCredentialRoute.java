package dev.iambroker.server.http;

import dev.iambroker.broker.KubeCredential;
import dev.iambroker.broker.KubeRequest;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.broker.TokenRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The exec plugin's answer for scripts. */
record AccountKubeCredentialRoute(TokenBroker broker) implements Route {
    private static final String API_VERSION = "api_version";

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/kube-credential");
    }

    @Override
    public List<String> parameters() {
        return List.of(Call.CLUSTER, API_VERSION, Call.MIN_TTL, Call.WAIT);
    }

    @Override
    public @Nullable Answer now(Call call) {
        ExecApiVersion version = version(call);
        KubeCredential credential = broker.kubeCredentialNow(call.client(), request(call));
        return credential == null ? null : ExecCredential.answer(version, credential);
    }

    @Override
    public Answer answer(Call call) {
        return ExecCredential.answer(version(call), broker.kubeCredential(call.client(), request(call)));
    }

    private static ExecApiVersion version(Call call) {
        String word = call.query().get(API_VERSION);
        if (word == null) {
            return ExecApiVersion.V1;
        }
        return ExecApiVersion.ofWord(word)
                .orElseThrow(() -> RequestRefused.badRequest("query parameter api_version is neither v1 nor v1beta1"));
    }

    private static KubeRequest request(Call call) {
        return new KubeRequest(
                call.account(),
                call.query().get(Call.CLUSTER),
                null,
                call.minTtl(),
                call.patience(TokenRequest.DEFAULT_WAIT));
    }
}
