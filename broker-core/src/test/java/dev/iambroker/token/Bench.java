package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The whole of the core on manual time: flights run when they start, unless they are held. */
public final class Bench implements Executor {
    public static final AccountName PROD = new AccountName("prod");
    public static final AccountName DEV = new AccountName("dev");

    public final ManualTime time;
    public final ScriptedIam iam;
    public final ScriptedOpenShift openShift;
    public final MemoryStore store;
    public final TokenService tokens;
    public final ClockSkew skew = new ClockSkew(unused -> {});

    /** How far the wall clock was found to have jumped. */
    public final List<Duration> jumps = new ArrayList<>();

    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean holding;
    private Runnable landed = () -> {};
    private boolean stopping;
    private Runnable stateChanged = () -> {};

    public Bench(Account... accounts) {
        this(new ManualTime(), null, new MemoryStore(), List.of(accounts), 1);
    }

    public Bench(
            ManualTime time, @Nullable ScriptedIam iam, MemoryStore store, Collection<Account> accounts, long seed) {
        this(time, iam, store, accounts, new Random(seed));
    }

    public Bench(
            ManualTime time,
            @Nullable ScriptedIam iam,
            MemoryStore store,
            Collection<Account> accounts,
            RandomGenerator random) {
        this(time, iam, store, Renewers.ALONE, accounts, random);
    }

    public Bench(
            ManualTime time,
            @Nullable ScriptedIam iam,
            MemoryStore store,
            Renewers renewers,
            Collection<Account> accounts,
            RandomGenerator random) {
        this.time = time;
        this.iam = iam == null ? new ScriptedIam(time) : iam;
        this.openShift = new ScriptedOpenShift(time);
        this.store = store;
        RefreshSchedule schedule = new RefreshSchedule(0.5, 0.1, Duration.ofSeconds(10), Duration.ofHours(2), random);
        BrokerEvents events = new BrokerEvents() {
            @Override
            public void clockJumped(Duration step) {
                jumps.add(step);
            }

            @Override
            public void stateChanged(AccountName account, AccountState from, AccountState to) {
                stateChanged.run();
            }
        };
        this.tokens = new TokenService(
                accounts, this.iam, openShift, store, renewers, schedule, this, time, time, events, skew);
        time.onAlarm(tokens.alarms()::ring);
    }

    /** Starts and lets all that is due at once happen. */
    public Bench started() {
        tokens.start();
        time.settle();
        return this;
    }

    /** The same accounts and disk after the process died. */
    public Bench restarted(Collection<Account> accounts) {
        return new Bench(time, iam, store, accounts, 2).started();
    }

    /** Flights wait until {@link #release()}. */
    public void hold() {
        holding = true;
    }

    public void release() {
        holding = false;
        while (!held.isEmpty()) {
            held.remove().run();
        }
    }

    /** Happens once, when the next flight is over and before whoever waits for it looks. */
    public void onLanding(Runnable hook) {
        landed = hook;
    }

    /** Happens whenever an account's state is another. */
    public void onStateChanged(Runnable hook) {
        stateChanged = hook;
    }

    /** No flight begins from now on. */
    public void stop() {
        stopping = true;
    }

    public int heldFlights() {
        return held.size();
    }

    @Override
    public void execute(Runnable flight) {
        if (stopping) {
            throw new RejectedExecutionException("stopping");
        }
        if (holding) {
            held.add(flight);
        } else {
            flight.run();
            Runnable hook = landed;
            landed = () -> {};
            hook.run();
        }
    }

    public Token access(AccountName account) {
        return tokens.token(new TokenKey(account, TokenKind.ACCESS), Duration.ofSeconds(60), Duration.ZERO);
    }

    public Token kube(AccountName account) {
        return tokens.token(new TokenKey(account, TokenKind.KUBE), Duration.ofSeconds(60), Duration.ZERO);
    }

    /** The token of an OpenShift cluster, as a broker asks for it. */
    public Token openShift(AccountName account, String cluster) {
        return tokens.token(
                tokens.openShift(account, ScriptedOpenShift.cluster(cluster)), Duration.ofSeconds(60), Duration.ZERO);
    }

    public static Account byKey() {
        return account(PROD, new Login.ApiKey(source("prod-key")));
    }

    public static Account byPasscode() {
        return account(DEV, new Login.Passcode());
    }

    public static Account byPassword() {
        return account(DEV, new Login.Password("ops@example.com", source("dev-password")));
    }

    public static Account byRefreshToken(SecretSource source) {
        return account(DEV, new Login.RefreshToken(source));
    }

    public static Account account(AccountName name, Login login) {
        return new Account(name, login, ScriptedIam.ACCOUNT_ID, Cloud.IBM_CLOUD, false);
    }

    public static SecretSource source(String value) {
        return new SecretSource() {
            @Override
            public Secret read() {
                return Secret.of(value);
            }

            @Override
            public String describe() {
                return "a test's value";
            }
        };
    }
}
