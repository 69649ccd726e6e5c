package dev.iambroker.fleet.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/**
 * Ends every call but a watch after three seconds. A lease is kept alive by a stream that jetcd leaves open for as long as
 * no answer comes: without this each attempt against a server that hangs would stay for good.
 */
final class CallDeadlines implements ClientInterceptor {
    private static final long SECONDS = 3;

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        boolean isWatch = method.getFullMethodName().startsWith("etcdserverpb.Watch/");
        return next.newCall(method, isWatch ? options : options.withDeadlineAfter(SECONDS, TimeUnit.SECONDS));
    }
}
