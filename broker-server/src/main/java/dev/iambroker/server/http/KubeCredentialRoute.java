package dev.iambroker.server.http;

import dev.iambroker.broker.KubeCredential;
import dev.iambroker.broker.KubeRequest;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.broker.TokenRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The exec plugin's question, with KUBERNETES_EXEC_INFO as its body. */
record KubeCredentialRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/kube-credential");
    }

    @Override
    public List<String> parameters() {
        return List.of(Call.ACCOUNT, Call.CLUSTER, Call.MIN_TTL, Call.WAIT);
    }

    @Override
    public @Nullable Answer now(Call call) {
        ExecInfo info = ExecInfo.parse(call.body());
        KubeCredential credential = broker.kubeCredentialNow(call.client(), request(call, info));
        return credential == null ? null : ExecCredential.answer(info.version(), credential);
    }

    @Override
    public Answer answer(Call call) {
        ExecInfo info = ExecInfo.parse(call.body());
        return ExecCredential.answer(info.version(), broker.kubeCredential(call.client(), request(call, info)));
    }

    private static KubeRequest request(Call call, ExecInfo info) {
        if (info.skipsVerification()) {
            throw new RequestRefused(Problem.of(
                    ProblemType.INSECURE_TLS,
                    "the kubeconfig has insecure-skip-tls-verify: a token sent there could be anybody's;"
                            + " give the cluster's certificate-authority instead"));
        }
        String account = call.query().get(Call.ACCOUNT);
        if (account == null && info.server() == null) {
            throw RequestRefused.badRequest("neither an account nor spec.cluster.server is given:"
                    + " pass --account (in a query: account=A), or set provideClusterInfo: true in the kubeconfig");
        }
        return new KubeRequest(
                account,
                call.query().get(Call.CLUSTER),
                info.server(),
                call.minTtl(),
                call.patience(TokenRequest.DEFAULT_WAIT),
                call.caller());
    }
}
