package dev.iambroker.fleet.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.secret.Reveals;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** etcd by jetcd. */
final class JetcdEtcd implements Etcd {
    /** For whoever waits here. The deadline of a call itself is a little shorter, so that its failure says more. */
    private static final long PATIENCE_MILLIS = 3_300;

    private static final int PAGE = 1_000;

    /** A server refuses to be pinged more often than each five seconds. */
    private static final Duration BETWEEN_PINGS = Duration.ofSeconds(6);

    private static final Duration UNTIL_PING_IS_LOST = Duration.ofSeconds(3);

    private final FleetSettings settings;
    private final JetcdFailures failures;
    private volatile Client client;
    private boolean isClosed;

    /** @throws dev.iambroker.fleet.FleetRefused if a certificate, key or password cannot be read */
    JetcdEtcd(FleetSettings settings) {
        this.settings = settings;
        this.failures = new JetcdFailures(settings);
        this.client = connect();
    }

    @Reveals("etcd's password, on its way to etcd")
    private Client connect() {
        ClientBuilder builder = Client.builder()
                .endpoints(settings.endpoints())
                .waitForReady(false)
                .interceptor(new CallDeadlines())
                .retryMaxAttempts(1)
                .retryDelay(50)
                .retryMaxDelay(100)
                .retryChronoUnit(ChronoUnit.MILLIS)
                .connectTimeout(Duration.ofSeconds(2))
                .keepaliveTime(BETWEEN_PINGS)
                .keepaliveTimeout(UNTIL_PING_IS_LOST)
                .keepaliveWithoutCalls(true)
                .maxInboundMessageSize(64 << 20);
        if (settings.endpoints().getFirst().getScheme().equals("https")) {
            builder.sslContext(JetcdTls.context(settings));
        }
        if (settings.username() != null && settings.password() != null) {
            builder.user(bytes(settings.username()))
                    .password(bytes(settings.password().read().reveal()));
        }
        return builder.vertx(smallVertx()).build();
    }

    /** It carries a few calls a second: no files cached, no class path searched, and as few threads as it takes. */
    private static Vertx smallVertx() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    @Override
    public synchronized void reconnect() {
        if (isClosed) {
            return;
        }
        Client old = client;
        client = connect();
        old.close();
    }

    @Override
    public Page list(String prefix) {
        List<Entry> entries = new ArrayList<>();
        ByteSequence from = bytes(prefix);
        ByteSequence end = bytes(afterAllOf(prefix));
        long revision = 0;
        while (true) {
            GetOption page = GetOption.builder()
                    .withRange(end)
                    .withRevision(revision)
                    .withLimit(PAGE)
                    .build();
            ByteSequence start = from;
            GetResponse answer = await(c -> c.getKVClient().get(start, page));
            answer.getKvs().forEach(found -> entries.add(entry(found)));
            revision = revision == 0 ? answer.getHeader().getRevision() : revision;
            if (!answer.isMore()) {
                return new Page(List.copyOf(entries), revision);
            }
            from = bytes(entries.getLast().key() + '\0');
        }
    }

    /** Keys are ASCII: what comes after all that begin with {@code prefix}. */
    static String afterAllOf(String prefix) {
        int last = prefix.length() - 1;
        return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
    }

    @Override
    public @Nullable Entry get(String key) {
        GetResponse answer = await(c -> c.getKVClient().get(bytes(key)));
        return answer.getKvs().isEmpty() ? null : entry(answer.getKvs().getFirst());
    }

    @Override
    public Outcome commit(List<Guard> guards, List<Change> changes) {
        Cmp[] compared = compared(guards);
        Op[] done = done(changes);
        try {
            var answer =
                    await(c -> c.getKVClient().txn().If(compared).Then(done).commit());
            return new Outcome(answer.isSucceeded(), answer.getHeader().getRevision());
        } catch (LeaseGone e) {
            return new Outcome(false, 0);
        }
    }

    @Override
    public List<Outcome> commitEach(List<Transaction> transactions) {
        Op[] each = transactions.stream()
                .map(one -> Op.txn(compared(one.guards()), done(one.changes()), new Op[0]))
                .toArray(Op[]::new);
        try {
            var answer = await(c -> c.getKVClient().txn().Then(each).commit());
            long revision = answer.getHeader().getRevision();
            return answer.getTxnResponses().stream()
                    .map(one -> new Outcome(one.isSucceeded(), revision))
                    .toList();
        } catch (LeaseGone e) {
            return commitHalves(transactions);
        }
    }

    /** For want of one lease none was done: the others are found out. */
    private List<Outcome> commitHalves(List<Transaction> transactions) {
        if (transactions.size() == 1) {
            return List.of(new Outcome(false, 0));
        }
        int half = transactions.size() / 2;
        List<Outcome> outcomes = new ArrayList<>(commitEach(transactions.subList(0, half)));
        outcomes.addAll(commitEach(transactions.subList(half, transactions.size())));
        return outcomes;
    }

    private static Cmp[] compared(List<Guard> guards) {
        return guards.stream().map(JetcdEtcd::compared).toArray(Cmp[]::new);
    }

    private static Op[] done(List<Change> changes) {
        return changes.stream().map(JetcdEtcd::done).toArray(Op[]::new);
    }

    private static Cmp compared(Guard guard) {
        return switch (guard) {
            case Guard.Unchanged(String key, long revision) ->
                new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.modRevision(revision));
            case Guard.Holds(String key, Bytes value) ->
                new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.value(ByteSequence.from(value.array())));
        };
    }

    private static Op done(Change change) {
        return switch (change) {
            case Change.Put(String key, Bytes value, long lease) ->
                Op.put(
                        bytes(key),
                        ByteSequence.from(value.array()),
                        PutOption.builder().withLeaseId(lease).build());
            case Change.Delete(String key) -> Op.delete(bytes(key), DeleteOption.DEFAULT);
        };
    }

    @Override
    public Granted grant(Duration life) {
        var answer = await(c -> c.getLeaseClient().grant(life.toSeconds()));
        return new Granted(answer.getID(), Duration.ofSeconds(answer.getTTL()));
    }

    @Override
    public Duration keepAlive(long lease) {
        try {
            return Duration.ofSeconds(
                    await(c -> c.getLeaseClient().keepAliveOnce(lease)).getTTL());
        } catch (LeaseGone e) {
            return Duration.ZERO;
        }
    }

    @Override
    public void revoke(long lease) {
        try {
            await(c -> c.getLeaseClient().revoke(lease));
        } catch (LeaseGone e) {
            // That is what was asked for.
        }
    }

    @Override
    public Watching watch(String prefix, long revision, Observer observer) {
        return JetcdWatching.begin(client.getWatchClient(), prefix, revision, observer);
    }

    private <A> A await(Function<Client, CompletableFuture<A>> call) {
        try {
            return call.apply(client).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failures.of(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new EtcdUnavailable("etcd does not answer within 3 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EtcdUnavailable("the wait for etcd was interrupted", e);
        } catch (RuntimeException e) {
            throw failures.of(e);
        }
    }

    static Entry entry(KeyValue found) {
        return new Entry(
                found.getKey().toString(UTF_8),
                Bytes.of(found.getValue().getBytes()),
                found.getCreateRevision(),
                found.getModRevision(),
                found.getLease());
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        client.close();
    }

    /** A lease that was named is no more. */
    static final class LeaseGone extends RuntimeException {
        LeaseGone(Throwable cause) {
            super(cause);
        }
    }
}
