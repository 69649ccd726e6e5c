package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.iambroker.secret.SecretWiped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeldKeyTest {
    private static final byte[] NONCE = new byte[AesGcm.NONCE_BYTES];
    private static final byte[] CLEAR = "clear".getBytes(UTF_8);

    @TempDir
    Path temp;

    /** Never whole on the heap but while it is asked for: the search must not find the needle itself. */
    private static byte[] canary(int salt) {
        byte[] key = new byte[AesGcm.KEY_BYTES];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (i * 37 + salt);
        }
        return key;
    }

    @Test
    void getEncoded_sealsAndOpens_asTheKeyItCameFrom() {
        SecretKey plain = new SecretKeySpec(canary(1), AesGcm.ALGORITHM);
        HeldKey held = HeldKey.of(plain);

        byte[] sealed = AesGcm.seal(held, NONCE, CLEAR, CLEAR);
        assertThat(AesGcm.open(plain, NONCE, CLEAR, sealed)).isEqualTo(CLEAR);
        assertThat(AesGcm.open(held, NONCE, CLEAR, sealed)).isEqualTo(CLEAR);
        assertThat(held.getFormat()).isEqualTo("RAW");
        assertThat(held).hasToString("AES key");
    }

    @Test
    void destroy_sealsAndOpensNoMore() {
        HeldKey held = HeldKey.of(new SecretKeySpec(canary(5), AesGcm.ALGORITHM));
        assertThat(held.isDestroyed()).isFalse();
        held.destroy();
        held.destroy();
        assertThat(held.isDestroyed()).isTrue();
        assertThatThrownBy(held::getEncoded).isInstanceOf(SecretWiped.class);
    }

    @Test
    void liveHeap_afterUse_holdsThePlainKeyButNotTheHeldOne() throws IOException {
        SecretKey plain = new SecretKeySpec(canary(2), AesGcm.ALGORITHM);
        HeldKey held = HeldKey.of(new SecretKeySpec(canary(3), AesGcm.ALGORITHM));
        byte[] sealed = AesGcm.seal(held, NONCE, CLEAR, CLEAR);
        assertThat(AesGcm.open(held, NONCE, CLEAR, sealed)).isEqualTo(CLEAR);

        String heap = liveHeap();

        assertThat(heap.contains(new String(plain.getEncoded(), ISO_8859_1))).isTrue();
        assertThat(heap.contains(new String(canary(3), ISO_8859_1))).isFalse();
        assertThat(held.getEncoded()).isEqualTo(canary(3));
    }

    private String liveHeap() throws IOException {
        Path file = temp.resolve("heap.hprof");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file.toString(), true);
        return Files.readString(file, ISO_8859_1);
    }

    @Test
    void serialization_key_isRefused() throws IOException {
        try (var out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            HeldKey held = HeldKey.of(new SecretKeySpec(canary(4), AesGcm.ALGORITHM));
            assertThatThrownBy(() -> out.writeObject(held)).isInstanceOf(NotSerializableException.class);
        }
    }
}
