package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.OpenShiftFailure;
import dev.iambroker.account.OpenShiftServers;
import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The servers of small OpenShift clusters: each passcode buys one token, and they can be told to fail. */
@Reveals("plays an OAuth server, which reads what it is sent")
public final class ScriptedOpenShift implements OpenShiftServers {
    private final Time time;
    private final List<String> asked = new ArrayList<>();
    private final List<String> passcodes = new ArrayList<>();
    private final Map<String, Supplier<@Nullable OpenShiftFailure>> failing = new HashMap<>();
    private Duration life = Duration.ofHours(24);
    private @Nullable Runnable beforeAnswer;
    private int serial;

    ScriptedOpenShift(Time time) {
        this.time = time;
    }

    /** A cluster of that id. */
    public static Cluster cluster(String id) {
        String url = "https://" + id + ".example:30000";
        return new Cluster(id, "name-" + id, "openshift", "vpc-gen2", null, "normal", null, url, null, Set.of(url));
    }

    public void life(Duration newLife) {
        life = newLife;
    }

    /** The OAuth server of that cluster fails while the supplier gives a failure; null ends that. */
    public synchronized void failWith(String cluster, @Nullable Supplier<@Nullable OpenShiftFailure> supplier) {
        if (supplier == null) {
            failing.remove(cluster);
        } else {
            failing.put(cluster, supplier);
        }
    }

    /** Happens while an OAuth server is asked. */
    public void beforeAnswer(@Nullable Runnable hook) {
        beforeAnswer = hook;
    }

    /** The clusters whose OAuth servers were asked for a token, in order. */
    public synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    /** The passcodes that were presented, in order. */
    public synchronized List<String> passcodes() {
        return List.copyOf(passcodes);
    }

    @Override
    public String authorization(Account account, Cluster cluster) {
        return cluster.publicUrl() + "/oauth/authorize";
    }

    @Override
    public OpenShiftToken token(Account account, Cluster cluster, String authorization, Secret passcode) {
        note(cluster, passcode);
        Runnable hook = beforeAnswer;
        if (hook != null) {
            hook.run();
        }
        OpenShiftFailure failure = failure(cluster);
        if (failure != null) {
            throw failure;
        }
        return issued(cluster);
    }

    private synchronized void note(Cluster cluster, Secret passcode) {
        asked.add(cluster.id());
        if (passcodes.contains(passcode.reveal())) {
            throw new AssertionError("a passcode was presented twice");
        }
        passcodes.add(passcode.reveal());
    }

    private synchronized @Nullable OpenShiftFailure failure(Cluster cluster) {
        Supplier<@Nullable OpenShiftFailure> supplier = failing.get(cluster.id());
        return supplier == null ? null : supplier.get();
    }

    private synchronized OpenShiftToken issued(Cluster cluster) {
        Secret value = Secret.of("sha256~" + cluster.id() + "-" + ++serial);
        return new OpenShiftToken(value, life, "user:full", time.now());
    }
}
