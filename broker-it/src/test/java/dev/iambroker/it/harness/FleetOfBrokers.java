package dev.iambroker.it.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * Daemons that share their logins by an {@link EtcdCluster}, each with the same accounts. Closing it ends them. Confined to
 * one thread at a time.
 */
public final class FleetOfBrokers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 100;
    /** A start takes a processor for seconds. */
    private static final int AT_ONCE = 2;

    private static final int KEY_BYTES = 32;

    private final EtcdCluster etcd;
    private final String yaml;
    private final String user;
    private final Workplace keys = Workplace.create();
    private final List<FleetMember> members = new ArrayList<>();

    /** @param yaml accounts and endpoints, with absolute paths */
    public FleetOfBrokers(EtcdCluster etcd, String yaml) throws IOException {
        this(etcd, yaml, "");
    }

    /**
     * @param yaml accounts and endpoints, with absolute paths
     * @param user what etcd is to be told besides certificates: members of {@code state.shared.etcd}, or empty
     */
    public FleetOfBrokers(EtcdCluster etcd, String yaml, String user) throws IOException {
        this.etcd = etcd;
        this.yaml = yaml;
        this.user = user;
        keys.secret("fleet-key", newKey());
    }

    /** A line of a fleet key. */
    public static String newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        RandomGenerator.of("SecureRandom").nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Members that start from now on have this fleet key. */
    public void fleetKey(String... lines) throws IOException {
        keys.secret("fleet-key", String.join("\n", lines));
    }

    /** One more that is not started yet. */
    public FleetMember add() throws IOException {
        FleetMember member = new FleetMember(etcd, yaml, user, keys.directory().resolve("fleet-key"));
        members.add(member);
        return member;
    }

    /** One that has another fleet key than all others, and is none of {@link #members}; the caller closes it. */
    public FleetMember stranger() throws IOException {
        return new FleetMember(etcd, yaml, user, keys.secret("strange-key", newKey()));
    }

    /** In the order in which they were added. */
    public List<FleetMember> members() {
        return List.copyOf(members);
    }

    public FleetMember member(int i) {
        return members.get(i);
    }

    public List<FleetMember> running() {
        return members.stream().filter(FleetMember::isRunning).toList();
    }

    /** Starts all that do not run, a few at a time. */
    public void startAll() throws IOException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Callable<Boolean>> starts = new ArrayList<>();
            for (FleetMember member : members) {
                if (!member.isRunning()) {
                    starts.add(() -> {
                        member.start();
                        return true;
                    });
                }
            }
            for (Future<Boolean> start : threads.invokeAll(starts)) {
                start.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a member does not start", e);
        }
    }

    /** The member that renews that account's login, as {@code observer} sees it. @throws AssertionError if there is none */
    public FleetMember renewer(FleetMember observer, String account) throws IOException {
        String id = observer.view().renewer(account);
        for (FleetMember member : running()) {
            if (member.view().self().equals(id)) {
                return member;
            }
        }
        throw new AssertionError("nobody renews " + account + ": " + observer.view());
    }

    /** Another running member. */
    public FleetMember other(FleetMember than) {
        return running().stream().filter(member -> member != than).findFirst().orElseThrow();
    }

    /** Waits until all that run see each other, and somebody for each login. */
    public void awaitWhole() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (FleetMember member : running()) {
            while (!isWhole(member)) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("the fleet is not whole within " + PATIENCE + ": " + member.view());
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private boolean isWhole(FleetMember member) throws IOException {
        FleetView view = member.view();
        return view.isConnected() && view.members().size() == running().size() && view.isClaimed();
    }

    /**
     * Waits until others renew these accounts than {@code before}.
     *
     * @param before the id of a member
     * @param sinceNanos when it lost them
     * @return how long it took since
     */
    public Duration awaitTakeover(FleetMember observer, String before, Collection<String> accounts, long sinceNanos)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!areTakenOver(observer.view(), before, accounts)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not taken over within " + PATIENCE + ": " + observer.view());
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return Duration.ofNanos(System.nanoTime() - sinceNanos);
    }

    private static boolean areTakenOver(FleetView view, String before, Collection<String> accounts) {
        return accounts.stream().map(view::renewer).noneMatch(renewer -> renewer.isEmpty() || renewer.equals(before));
    }

    @Override
    public void close() throws IOException {
        for (FleetMember member : members) {
            member.close();
        }
        keys.close();
    }
}
