package dev.iambroker.fleet.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of etcd, by what was written here, what the watch tells, and what is listed. */
final class MirrorTest {
    private static final String KEY = "/fleet/renewer/login";

    private final List<String> changes = new ArrayList<>();
    private final Mirror mirror = new Mirror(
            new Keyspace("/fleet"),
            (kind, entry) -> new Kept.Holder(
                    entry.key(), entry.modRevision(), entry.value().toString(), entry.lease()),
            new Mirror.Changes() {
                @Override
                public void changed(Kind kind, String rest, Kept now) {
                    changes.add(rest + " " + now.revision());
                }

                @Override
                public void removed(Kind kind, String rest, Kept gone) {
                    changes.add(rest + " gone");
                }
            });

    private static Etcd.Entry entry(long revision) {
        return new Etcd.Entry(KEY, Bytes.of("one"), revision, revision, 7);
    }

    private void tell(long revision, boolean isDeleted) {
        mirror.apply(new Etcd.Event(entry(revision), isDeleted));
    }

    @Test
    void whatIsOlderThanWhatIsKnownChangesNothing() {
        mirror.put(entry(10));
        tell(9, false);
        tell(10, false);
        tell(9, true);

        assertThat(mirror.find(Kind.RENEWER, "login"))
                .extracting(Kept::revision)
                .isEqualTo(10L);
        assertThat(changes).containsExactly("login 10");
    }

    @Test
    void whatWasDeletedHereDoesNotComeBackByWhatTheWatchTellsLate() {
        mirror.put(entry(10));
        mirror.delete(KEY, 12);
        tell(10, false);
        assertThat(mirror.find(Kind.RENEWER, "login")).isNull();

        tell(12, true);
        tell(13, false);
        assertThat(mirror.find(Kind.RENEWER, "login"))
                .extracting(Kept::revision)
                .isEqualTo(13L);
        assertThat(changes).containsExactly("login 10", "login gone", "login 13");
    }

    @Test
    void whatIsListedAfterADeletionCounts() {
        mirror.put(entry(10));
        mirror.delete(KEY, 12);
        mirror.replace(new Etcd.Page(List.of(entry(10)), 11));
        assertThat(mirror.find(Kind.RENEWER, "login")).isNull();

        mirror.replace(new Etcd.Page(List.of(entry(14)), 15));
        assertThat(mirror.find(Kind.RENEWER, "login"))
                .extracting(Kept::revision)
                .isEqualTo(14L);
    }

    @Test
    void whatIsNotListedIsNoMoreUnlessItIsNewer() {
        mirror.put(entry(10));
        mirror.replace(new Etcd.Page(List.of(), 9));
        assertThat(mirror.find(Kind.RENEWER, "login")).isNotNull();

        mirror.replace(new Etcd.Page(List.of(), 11));
        assertThat(mirror.find(Kind.RENEWER, "login")).isNull();
    }
}
