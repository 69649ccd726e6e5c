package dev.iambroker.fleet.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What leaves the process. */
final class SealTest {
    private static final String OLD = "0123456789abcdef0123456789abcdef";
    private static final String NEW = "fedcba9876543210fedcba9876543210";
    private static final byte[] CLEAR = "a session".getBytes(StandardCharsets.UTF_8);

    private static Seal seal(String fleetKey) {
        return Seal.of(Secret.of(fleetKey), "file k", new SecureRandom());
    }

    @Test
    void opensWhatItSealedUnderTheSameNameOnly() throws Exception {
        Seal seal = seal(OLD);
        Bytes sealed = seal.seal("/a", CLEAR);

        assertThat(seal.open("/a", sealed)).isEqualTo(CLEAR);
        assertThatExceptionOfType(Seal.Unopened.class).isThrownBy(() -> seal.open("/b", sealed));
        assertThat(seal.seal("/a", CLEAR)).isNotEqualTo(sealed);
    }

    @Test
    void everyChangedBitIsFound() {
        Seal seal = seal(OLD);
        Bytes sealed = seal.seal("/a", CLEAR);
        for (int at = 0; at < sealed.array().length; at++) {
            byte[] changed = sealed.array().clone();
            changed[at] ^= 1;
            assertThatExceptionOfType(Seal.Unopened.class).isThrownBy(() -> seal.open("/a", Bytes.of(changed)));
        }
        for (int length = 0; length < sealed.array().length; length++) {
            byte[] cut = Arrays.copyOf(sealed.array(), length);
            assertThatExceptionOfType(Seal.Unopened.class).isThrownBy(() -> seal.open("/a", Bytes.of(cut)));
        }
    }

    @Test
    void theFirstLineSealsAndAllOpen() throws Exception {
        Bytes before = seal(OLD).seal("/a", CLEAR);
        Seal both = seal("\n" + NEW + "\r\n\n  " + OLD + "  \n");

        assertThat(both.open("/a", before)).isEqualTo(CLEAR);
        assertThat(both.isOfFirst(before)).isFalse();
        Bytes after = both.seal("/a", CLEAR);
        assertThat(both.isOfFirst(after)).isTrue();
        assertThat(seal(NEW).open("/a", after)).isEqualTo(CLEAR);
        assertThatExceptionOfType(Seal.Unopened.class)
                .isThrownBy(() -> seal(OLD).open("/a", after));
    }

    @Test
    void aKeyThatAPersonInventedIsRefused() {
        assertThatExceptionOfType(FleetRefused.class)
                .isThrownBy(() -> seal(OLD + "\n" + "correct horse battery"))
                .withMessageContaining("32 characters")
                .withMessageNotContaining("horse");
        assertThatExceptionOfType(FleetRefused.class).isThrownBy(() -> seal("\n\n"));
        // Thirty-one characters in more bytes.
        assertThatExceptionOfType(FleetRefused.class).isThrownBy(() -> seal("\u00e9".repeat(31)));
    }
}
