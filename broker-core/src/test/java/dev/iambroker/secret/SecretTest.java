package dev.iambroker.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

@Reveals("to compare")
final class SecretTest {
    private static final String CLEAR = "a key with ümlauts, quotes \" and \u0000";

    @Test
    void reveal_anyText_isWhatWentIn() {
        for (String text : List.of("", "x", CLEAR, "y".repeat(70_000), "𝄞")) {
            assertThat(Secret.of(text).reveal()).isEqualTo(text);
            assertThat(Secret.of(text).size()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    @Test
    void revealTo_reader_getsTheMemoryItselfAndCannotWrite() {
        Secret secret = Secret.of(CLEAR);
        List<String> read = new ArrayList<>();
        secret.revealTo(view -> {
            assertThat(view.isDirect()).isTrue();
            assertThatThrownBy(() -> view.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
            read.add(StandardCharsets.UTF_8.decode(view).toString());
        });
        assertThat(read).containsExactly(CLEAR);
    }

    @Test
    void taking_bytes_areOverwritten() {
        byte[] bytes = {1, 2, 3};
        Secret secret = Secret.taking(bytes);
        assertThat(bytes).containsOnly(0);
        assertThat(secret.revealBytes()).containsExactly(1, 2, 3);
    }

    @Test
    void matches_sameTextAndOther_tellsThem() {
        assertThat(Secret.of(CLEAR).matches(Secret.of(CLEAR))).isTrue();
        assertThat(Secret.of(CLEAR).matches(Secret.of(CLEAR + "."))).isFalse();
        assertThat(Secret.of("").matches(Secret.of(""))).isTrue();
    }

    /** Each byte counts, in the words of eight that are compared at once and behind the last of them. */
    @Test
    void matchesBuffer_anyByteChanged_isAnother() {
        for (int length = 0; length < 40; length++) {
            byte[] clear = new byte[length];
            for (int i = 0; i < length; i++) {
                clear[i] = (byte) (200 + i);
            }
            Secret secret = Secret.taking(clear.clone());
            assertThat(secret.matches(ByteBuffer.wrap(clear))).isTrue();
            assertThat(secret.matches(ByteBuffer.wrap(Arrays.copyOf(clear, length + 1))))
                    .isFalse();
            for (int i = 0; i < length; i++) {
                byte[] other = clear.clone();
                other[i] ^= (byte) (1 << (i % 8));
                assertThat(secret.matches(ByteBuffer.wrap(other)))
                        .as("byte %d of %d", i, length)
                        .isFalse();
            }
        }
    }

    @Test
    void matchesBuffer_partOfABuffer_isComparedAlone() {
        Secret secret = Secret.of("GET /");
        ByteBuffer longer = ByteBuffer.allocateDirect(32).put("xxGET /yyy".getBytes(StandardCharsets.US_ASCII));
        assertThat(secret.matches(longer.position(2).limit(7))).isTrue();
        assertThat(secret.matches(longer.position(1).limit(6))).isFalse();
    }

    @Test
    void matchesBuffer_wiped_throws() {
        Secret secret = Secret.of("x");
        secret.wipe();
        assertThatThrownBy(() -> secret.matches(ByteBuffer.wrap(new byte[] {'x'})))
                .isInstanceOf(SecretWiped.class);
    }

    /** Records of earlier versions hold it: FIPS 180-4's own example. */
    @Test
    void fingerprint_abc_isTheStartOfItsSha256() {
        assertThat(Secret.of("abc").fingerprint()).isEqualTo("ba7816bf8f01");
    }

    @Test
    void toString_secret_saysNothing() {
        assertThat(Secret.of(CLEAR)).hasToString("[secret]");
    }

    @Test
    void wipe_whateverReadsLater_isRefused() {
        Secret secret = Secret.of(CLEAR);
        secret.wipe();
        secret.wipe();

        assertThatThrownBy(secret::reveal).isInstanceOf(SecretWiped.class).hasMessageNotContaining(CLEAR);
        assertThatThrownBy(secret::revealBytes).isInstanceOf(SecretWiped.class);
        assertThatThrownBy(() -> secret.revealTo(ByteBuffer::get)).isInstanceOf(SecretWiped.class);
        assertThatThrownBy(() -> secret.matches(Secret.of(CLEAR))).isInstanceOf(SecretWiped.class);
    }

    @Test
    void wipe_inTheMidstOfAReading_isToldToTheReader() {
        Secret secret = Secret.of(CLEAR);
        assertThatThrownBy(() -> secret.revealTo(view -> secret.wipe())).isInstanceOf(SecretWiped.class);
    }
}
