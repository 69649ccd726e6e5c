package dev.iambroker.server.config;

import dev.iambroker.server.config.Listen.Group;
import dev.iambroker.server.config.Listen.Http;
import dev.iambroker.server.config.Listen.Metrics;
import dev.iambroker.server.config.Listen.OpenRoute;
import dev.iambroker.server.config.Listen.Unix;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code listen}. */
final class ListenReader {
    private static final int GROUP_READ_WRITE = 0060;
    private static final WordScalar<OpenRoute> OPEN = new WordScalar<>(List.of(OpenRoute.values()), OpenRoute::word);

    private final Places places;
    private final Path groups;

    /** @param groups where groups are looked up */
    ListenReader(Places places, Path groups) {
        this.places = places;
        this.groups = groups;
    }

    Listen read(Section section) {
        Unix unix = unix(section.section("unix"));
        Http http = http(section.filled("http"));
        Metrics metrics = metrics(section.filled("metrics"));
        if (http != null && metrics != null && collide(http.address(), metrics.address())) {
            section.error("has one port for both http and metrics on the same address (expected two)");
        }
        return new Listen(unix, http, metrics);
    }

    /** Port 0 is any free one, a different one each time. */
    private static boolean collide(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() != 0
                && one.getPort() == other.getPort()
                && (one.equals(other) || other.getAddress().isAnyLocalAddress());
    }

    private Unix unix(Section section) {
        Path path = path(section);
        Entry modeEntry = section.entry("mode");
        FileMode mode = section.value("mode", new ModeScalar(), Unix.DEFAULT_MODE);
        Group group = group(section.filled("group"));
        if (group != null && (mode.bits() & GROUP_READ_WRITE) != GROUP_READ_WRITE) {
            String message = "does not let the group connect (expected mode: \"0660\" beside group)";
            if (modeEntry == null) {
                section.warning(message);
            } else {
                modeEntry.warning(message);
            }
        }
        return new Unix(path, mode, group);
    }

    private Path path(Section section) {
        Place place = socket(section);
        if (place.path().toString().getBytes(StandardCharsets.UTF_8).length > Unix.MAX_PATH_BYTES) {
            section.error("path is too long for a socket (expected at most " + Unix.MAX_PATH_BYTES + " bytes)");
        }
        section.reading().set(section.path() + ".path", place.path().toString(), place.origin());
        return place.path();
    }

    private Place socket(Section section) {
        Path configured =
                section.quietly("path", new PathScalar(section.reading().base()));
        if (places.socketFlag() != null) {
            return new Place(places.socketFlag(), "--socket");
        }
        return configured == null ? places.socket() : new Place(configured, section.origin("path", Section.DEFAULT));
    }

    private @Nullable Group group(@Nullable Entry entry) {
        var named = entry == null ? null : entry.scalar(new NameScalar("group", groups));
        return named == null ? null : new Group(named.name(), named.id());
    }

    private static @Nullable Http http(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        Section section = entry.section();
        InetSocketAddress address = section.required("address", new AddressScalar(true));
        Entry openEntry = section.entry("open");
        Set<OpenRoute> open = EnumSet.noneOf(OpenRoute.class);
        if (openEntry == null) {
            section.reading().set(section.path() + ".open", List.of(), Section.DEFAULT);
        } else {
            open.addAll(openEntry.list(OPEN));
        }
        return address == null ? null : new Http(address, open);
    }

    private static @Nullable Metrics metrics(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        Section section = entry.section();
        InetSocketAddress address = section.required("address", new AddressScalar(false));
        Entry hostsEntry = section.entry("hosts");
        List<String> hosts = hostsEntry == null ? List.of() : hostsEntry.list(TextScalar.HOST);
        if (hostsEntry == null) {
            section.reading().set(section.path() + ".hosts", List.of(), Section.DEFAULT);
        }
        List<String> lower =
                hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        return address == null ? null : new Metrics(address, lower);
    }
}
