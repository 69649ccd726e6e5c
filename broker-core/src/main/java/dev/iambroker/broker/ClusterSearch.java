package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import dev.iambroker.broker.BrokerFailure.About;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lists accounts' clusters until one of them is found. All accounts at once, so that one whose services hang keeps
 * nobody from what the others know; one listing of an account at a time, whoever asks. Thread-safe.
 */
final class ClusterSearch {
    private final Executor executor;
    private final Consumer<AccountName> lister;
    private final Map<AccountName, CompletableFuture<@Nullable Void>> listings = new ConcurrentHashMap<>();

    /** @param lister lists one account's clusters and remembers them, or throws a {@link BrokerFailure} */
    ClusterSearch(Executor executor, Consumer<AccountName> lister) {
        this.executor = executor;
        this.lister = lister;
    }

    /**
     * Returns once {@code found} holds, or every account was listed without it.
     *
     * @throws BrokerFailure if services that could have known the cluster failed or did not answer within {@code
     *     patience}, or if no account could be asked at all
     */
    void until(BooleanSupplier found, Collection<AccountName> accounts, Duration patience) {
        List<CompletableFuture<@Nullable Void>> begun = new ArrayList<>();
        CompletableFuture<@Nullable Void> seen = new CompletableFuture<>();
        for (AccountName account : accounts) {
            CompletableFuture<@Nullable Void> listing = listing(account);
            begun.add(listing.whenComplete((unused, failure) -> {
                if (found.getAsBoolean()) {
                    seen.complete(null);
                }
            }));
        }
        CompletableFuture<?> allEnded = CompletableFuture.allOf(begun.toArray(CompletableFuture[]::new))
                .handle((unused, failure) -> failure == null);
        boolean inTime = await(CompletableFuture.anyOf(seen, allEnded), patience);
        if (!found.getAsBoolean()) {
            tell(begun, inTime, patience);
        }
    }

    private CompletableFuture<@Nullable Void> listing(AccountName account) {
        CompletableFuture<@Nullable Void> fresh = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> underWay = listings.putIfAbsent(account, fresh);
        if (underWay != null) {
            return underWay;
        }
        executor.execute(() -> list(account, fresh));
        return fresh;
    }

    private void list(AccountName account, CompletableFuture<@Nullable Void> listing) {
        try {
            lister.accept(account);
            listings.remove(account, listing);
            listing.complete(null);
        } catch (RuntimeException | Error e) {
            // Also an Error: a listing that never ends would be joined by every later search.
            listings.remove(account, listing);
            listing.completeExceptionally(e);
        }
    }

    private static boolean await(CompletableFuture<?> settled, Duration patience) {
        try {
            settled.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("neither of the two can fail", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A service that could not be asked may know the cluster; an account that needs a login hides only its own. */
    private static void tell(List<CompletableFuture<@Nullable Void>> begun, boolean inTime, Duration patience) {
        List<BrokerFailure> failures = failures(begun);
        for (BrokerFailure failure : failures) {
            if (failure instanceof BrokerFailure.Unavailable || failure instanceof BrokerFailure.DeadlineExceeded) {
                throw failure;
            }
        }
        if (!inTime) {
            throw new BrokerFailure.DeadlineExceeded(
                    "the containers service has not answered within "
                            + patience.plusMillis(999).toSeconds()
                            + " s, and the kubeconfig's cluster is not known yet",
                    About.NOTHING);
        }
        if (!failures.isEmpty() && failures.size() == begun.size()) {
            throw failures.getFirst();
        }
    }

    private static List<BrokerFailure> failures(List<CompletableFuture<@Nullable Void>> begun) {
        List<BrokerFailure> failures = new ArrayList<>();
        for (CompletableFuture<@Nullable Void> listing : begun) {
            if (listing.isCompletedExceptionally()) {
                Throwable cause = listing.handle((unused, failure) -> failure).join();
                failures.add(known(cause));
            }
        }
        return failures;
    }

    private static BrokerFailure known(Throwable thrown) {
        Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
        if (cause instanceof BrokerFailure failure) {
            return failure;
        }
        throw new IllegalStateException("listing clusters failed in a way that should not happen", cause);
    }
}
