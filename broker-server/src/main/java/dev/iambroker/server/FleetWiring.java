package dev.iambroker.server;

import dev.iambroker.fleet.Fleet;
import dev.iambroker.fleet.FleetProvider;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.iam.IamClient;
import dev.iambroker.server.os.BootClock;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.store.SharedSessionFormat;
import dev.iambroker.store.SessionStore;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A broker's sessions, and who renews them: its own, or a fleet's. What a fleet needs is loaded only where one is configured.
 *
 * @param sessions those that tokens come from
 * @param fleet null where the sessions are this broker's alone
 */
record FleetWiring(SessionStore sessions, @Nullable Fleet fleet) implements AutoCloseable {
    private static final String REINSTALL = "install the whole distribution again, or take state.shared out";

    /** Without a fleet. */
    static FleetWiring alone(SessionStore local) {
        return new FleetWiring(local, null);
    }

    /**
     * Joins the fleet of {@code settings}.
     *
     * @param jars the directory that its provider is loaded from, unless it is loaded already
     * @throws FleetRefused if it cannot be joined as it is configured or installed
     */
    static FleetWiring joined(FleetSettings settings, Path jars, InstantSource clock, SessionStore local) {
        LongSupplier nanos = BootClock.ofThisMachine();
        if (nanos == null) {
            throw new FleetRefused(
                    "a fleet needs a clock that goes on while the machine sleeps, and this machine has none"
                            + " (expected Linux): take state.shared out of the configuration");
        }
        String host = new ProcFs().hostName();
        var place = new FleetProvider.Place(host == null ? "unknown" : host, Version.current(), clock, nanos);
        Fleet fleet = join(provider(jars, FleetWiring.class.getClassLoader()), settings, place, local);
        return new FleetWiring(fleet.sessions(), fleet);
    }

    /** What it loads by the thread's class loader lies beside it, not in the application's. */
    private static Fleet join(
            FleetProvider provider, FleetSettings settings, FleetProvider.Place place, SessionStore local) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(provider.getClass().getClassLoader());
        try {
            return provider.join(settings, place, local, new SharedSessionFormat());
        } catch (LinkageError e) {
            throw unusable(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** The provider that {@code application} has, or that of the jars. */
    static FleetProvider provider(Path jars, ClassLoader application) {
        try {
            return ServiceLoader.load(FleetProvider.class, application)
                    .findFirst()
                    .orElseGet(() -> ofJars(jars, application));
        } catch (ServiceConfigurationError | LinkageError e) {
            throw unusable(e);
        }
    }

    // Never closed: what the fleet's threads do last may load another class.
    private static FleetProvider ofJars(Path jars, ClassLoader application) {
        var loader = new URLClassLoader("fleet", urls(jars), application);
        return ServiceLoader.load(FleetProvider.class, loader)
                .findFirst()
                .orElseThrow(() -> new FleetRefused("state.shared is configured, and no jar in " + jars
                        + " joins a fleet (expected broker-fleet and what it needs): " + REINSTALL));
    }

    private static URL[] urls(Path jars) {
        List<URL> urls = new ArrayList<>();
        if (Files.isDirectory(jars)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(jars, "*.jar")) {
                for (Path jar : files) {
                    urls.add(url(jar));
                }
            } catch (IOException e) {
                throw new FleetRefused("state.shared is configured, and " + jars + " cannot be read: "
                        + e.getClass().getSimpleName() + " (expected the jars of the fleet): " + REINSTALL);
            }
        }
        if (urls.isEmpty()) {
            throw new FleetRefused(
                    "state.shared is configured, and this installation lacks what a fleet needs (expected its"
                            + " jars in " + jars + "): " + REINSTALL);
        }
        return urls.toArray(URL[]::new);
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }

    private static FleetRefused unusable(Error e) {
        return new FleetRefused("the jars of the fleet do not fit this program: "
                + e.getClass().getSimpleName() + " (expected those of the same distribution): " + REINSTALL);
    }

    Renewers renewers() {
        Fleet joined = fleet;
        return joined == null ? Renewers.ALONE : joined.renewers();
    }

    /** What presents refresh tokens. */
    IamClient fenced(IamClient iam) {
        Fleet joined = fleet;
        return joined == null ? iam : joined.fenced(iam);
    }

    /** How the fleet stands; null where there is none. */
    @Nullable
    Supplier<FleetReport> report() {
        Fleet joined = fleet;
        return joined == null ? null : joined::report;
    }

    /** Lets the others take over. Waits for some seconds at most. */
    @Override
    public void close() {
        Fleet joined = fleet;
        if (joined != null) {
            joined.close();
        }
    }
}
