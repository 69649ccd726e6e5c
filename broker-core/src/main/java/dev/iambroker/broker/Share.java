package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.client.Scope;
import dev.iambroker.token.Time;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One share from its opening to its end. Thread-safe. */
final class Share {
    private final Scope scope;
    private final Account account;
    private final String opener;
    private final ShareRequest request;
    private final long endNanos;
    private final Instant end;
    private final @Nullable AtomicLong usesLeft;

    /** Completes when the socket is there; in between its first clients may have come already. */
    private final CompletableFuture<ShareSockets.Opened> socket = new CompletableFuture<>();

    /**
     * @param account what the alias means while it is shared
     * @param opener whose place it takes, as {@link SharePlaces#opener} says it
     */
    Share(Scope scope, Account account, String opener, ShareRequest request, Time time) {
        this.scope = scope;
        this.account = account;
        this.opener = opener;
        this.request = request;
        this.endNanos = time.nanos() + request.ttl().toNanos();
        this.end = time.now().plus(request.ttl());
        this.usesLeft = request.uses() == null ? null : new AtomicLong(request.uses());
    }

    Scope scope() {
        return scope;
    }

    Account account() {
        return account;
    }

    /** Whether the alias still means what was shared: a reload may give its name to what nobody shared. */
    boolean isOf(@Nullable Account now) {
        return now != null
                && Objects.equals(account.accountId(), now.accountId())
                && Objects.equals(account.expectedIamId(), now.expectedIamId())
                && account.login().equals(now.login())
                && account.cloud().equals(now.cloud());
    }

    String opener() {
        return opener;
    }

    ShareRequest request() {
        return request;
    }

    CompletableFuture<ShareSockets.Opened> socket() {
        return socket;
    }

    /** Now, or once the socket is there; never where it is not to be had. */
    // What the consumer does, it does on another thread.
    @SuppressWarnings("FutureReturnValueIgnored")
    void whenOpened(Consumer<ShareSockets.Opened> consumer) {
        socket.thenAccept(consumer);
    }

    /** By either clock: the one may have been set back, the other stops while the machine sleeps. */
    boolean isOver(Time time) {
        return nanosLeft(time) <= 0 || !time.now().isBefore(end);
    }

    long nanosLeft(Time time) {
        return endNanos - time.nanos();
    }

    /** Takes one use; false where none is left. */
    boolean spend() {
        return usesLeft == null || usesLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    /** The use that was taken was none. */
    void giveBack() {
        if (usesLeft != null) {
            usesLeft.incrementAndGet();
        }
    }

    boolean isSpent() {
        return usesLeft != null && usesLeft.get() == 0;
    }

    ShareView view(String path, String by) {
        Long left = usesLeft == null ? null : usesLeft.get();
        return new ShareView(scope.share(), scope.account(), request.kind(), scope.cluster(), path, end, left, by);
    }
}
