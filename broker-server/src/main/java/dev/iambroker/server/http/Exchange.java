package dev.iambroker.server.http;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretWiped;
import dev.iambroker.token.UnknownAccount;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to its answer: {@link #now}; where that gives null {@link #landed}, after what is {@link #awaited}; where
 * there is no such thing, or no answer after it, {@link #later}; then {@link #done}. Not for two threads at once.
 */
public final class Exchange {
    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private final HttpService service;
    private final HttpRequest request;
    private final Arrival arrival;
    private final long begun;
    private String client = RequestEvents.NO_CLIENT;
    private String label = RequestEvents.NO_ROUTE;
    private @Nullable Route route;
    private @Nullable Call call;
    private @Nullable String account;
    private @Nullable ClientIdentity unattested;
    private @Nullable Awaited awaited;
    private TransportRules.@Nullable Proved proved;
    private boolean isLast;

    Exchange(HttpService service, HttpRequest request, Arrival arrival, long begun) {
        this.service = service;
        this.request = request;
        this.arrival = arrival;
        this.begun = begun;
    }

    /** Why the request is refused whatever its body says; null where that is not so. To be asked of a head alone. */
    public @Nullable Answer refusal() {
        return failuresAsAnswers(exchange -> {
            service.admit(exchange);
            return null;
        });
    }

    /** The answer, if it needs no waiting; never blocks. Null sends the exchange to {@link #later}. */
    public @Nullable Answer now() {
        return failuresAsAnswers(Exchange::begin);
    }

    /** What {@link #now} found that the answer waits for, without a thread; null sends the exchange to {@link #later}. */
    public @Nullable Awaited awaited() {
        return awaited;
    }

    /** The answer, once what is {@link #awaited} is over; never blocks. Null sends the exchange to {@link #later}. */
    public @Nullable Answer landed() {
        return failuresAsAnswers(exchange ->
                exchange.awaited == null ? null : exchange.awaited.answer().get());
    }

    /** The answer; may block. Only after {@link #now} gave null. */
    public Answer later() {
        Answer answer = failuresAsAnswers(Exchange::end);
        if (answer == null) {
            throw new IllegalStateException("now() has not been asked");
        }
        return answer;
    }

    /**
     * What to send in the end: nothing secret once the broker is locked, however long the answer took. To be asked just
     * before it is written.
     */
    public Answer unlessLocked(Answer answer) {
        if (!answer.holdsSecret()) {
            return answer;
        }
        try {
            service.demandOpen();
            return answer;
        } catch (BrokerFailure.Locked locked) {
            return told(Problem.of(locked));
        }
    }

    /** Whether nothing more can come of its connection: it is to be ended after the answer. */
    public boolean isLast() {
        return isLast;
    }

    /**
     * What knows this request again and answers it, on the same connection; null where each such request has to be looked
     * at. To be asked after {@link #now} gave an answer.
     *
     * @param bytes all of the request as it came, not kept
     */
    public @Nullable Refrain refrain(ByteBuf bytes) {
        boolean isWorthIt = proved == null && request.keepAlive() && bytes.readableBytes() <= Refrain.MOST_BYTES;
        Encore encore = isWorthIt && route != null && call != null ? encoreOf(route, call) : null;
        return encore == null ? null : service.refrain(copyOf(bytes), encore, label, client);
    }

    private static @Nullable Encore encoreOf(Route route, Call call) {
        try {
            return route.encore(call);
        } catch (BrokerFailure changed) {
            // Since it was answered: the next one is told.
            return null;
        }
    }

    private static Secret copyOf(ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), copy);
        return Secret.taking(copy);
    }

    /** Tells the listener of {@code answer}, which is on its way. */
    public void done(Answer answer) {
        service.done(label, client, answer.status(), begun);
    }

    private @Nullable Answer begin() {
        ClientIdentity client = service.identify(this);
        if (!service.asks(client).isEmpty()) {
            unattested = client;
            return null;
        }
        Answer answer = fromMemory(client);
        if (answer == null && route != null && call != null) {
            awaited = route.awaited(call);
        }
        return answer;
    }

    private @Nullable Answer fromMemory(ClientIdentity client) {
        service.route(this, client);
        return route == null || call == null ? null : route.now(call);
    }

    private @Nullable Answer end() {
        return unattested == null ? waitFor() : answerAttested(unattested);
    }

    private @Nullable Answer waitFor() {
        return route == null || call == null ? null : route.answer(call);
    }

    private @Nullable Answer answerAttested(ClientIdentity arrived) {
        if (arrival.witness().isTooLate()) {
            service.withheld(arrived, null);
            throw connectAgain(
                    "this connection is older than the rules, which ask for its program by now: connect again");
        }
        ClientIdentity client = service.attested(arrived, arrival.witness());
        Answer fromMemory = fromMemory(client);
        Answer answer = fromMemory == null ? waitFor() : fromMemory;
        // Another process may have its pid by now, or itself run something else.
        if (service.isInDoubt(client) && !arrival.witness().isUnchanged()) {
            log.warn(
                    "a request to {} of client \"{}\" is not answered: its process changed meanwhile",
                    label,
                    this.client);
            service.withheld(client, account);
            throw connectAgain("the process that connected ended, or runs another program now: connect again");
        }
        return answer;
    }

    private RequestRefused connectAgain(String detail) {
        isLast = true;
        return new RequestRefused(Problem.of(ProblemType.DENIED, detail));
    }

    HttpRequest request() {
        return request;
    }

    Arrival arrival() {
        return arrival;
    }

    void admittedAs(String clientName) {
        this.client = clientName;
    }

    void provedByForm(TransportRules.Proved byForm) {
        this.proved = byForm;
        this.account = byForm.account();
    }

    /** What its form proved; null where it was asked for none. */
    TransportRules.@Nullable Proved proved() {
        return proved;
    }

    /** The account that is asked for, as the client wrote it; null where that is not known. */
    @Nullable
    String account() {
        return account;
    }

    void foundRoute(RouteTable.Match match) {
        this.route = match.route();
        this.account = proved == null ? match.account() : proved.account();
        this.label = match.route().pattern().path();
    }

    void ready(Call readyCall) {
        this.call = readyCall;
    }

    private @Nullable Answer failuresAsAnswers(Function<Exchange, @Nullable Answer> step) {
        try {
            return step.apply(this);
        } catch (RequestRefused refused) {
            return told(refused.problem());
        } catch (MethodNotAllowed refused) {
            return refused.answer();
        } catch (BrokerFailure failure) {
            return told(Problem.of(failure));
        } catch (UnknownAccount removed) {
            // It was there when the request was permitted.
            return told(Problem.of(ProblemType.UNKNOWN, String.valueOf(removed.getMessage())));
        } catch (SecretWiped gone) {
            return Answer.withdrawn();
        } catch (RuntimeException | Error unexpected) {
            log.error("a request to {} failed", label, unexpected);
            return told(Problem.of(ProblemType.INTERNAL, "the broker failed: its log says more"));
        }
    }

    /** In the form that clients of the path understand. */
    private Answer told(Problem problem) {
        String path = request.rawPath();
        boolean isOfIbm = request.rawKey() != null || path.equals(TokenForm.PATH) || Metadata.isPath(path);
        return isOfIbm ? IamError.answer(problem) : problem.answer();
    }
}
