package dev.iambroker.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretWiped;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonWithSecretTest {
    private static final byte[] BEFORE = "{\"t\":\"".getBytes(UTF_8);
    private static final byte[] AFTER = "\"}".getBytes(UTF_8);

    @ParameterizedTest
    @ValueSource(strings = {"", "eyJ.e-_.s", "ümlaut 𝄞", "q\"uote", "back\\slash", "line\nend\t", "\u0001\u007f"})
    void writeTo_anyText_isTheJsonOfIt(String text) {
        JsonWithSecret json = new JsonWithSecret(BEFORE, Secret.of(text), AFTER);
        ByteBuf out = Unpooled.buffer();
        json.writeTo(out);

        assertThat(out.toString(UTF_8))
                .isEqualTo(new String(
                        new JsonText()
                                .beginObject()
                                .member("t", text)
                                .endObject()
                                .bytes(),
                        UTF_8));
        assertThat(json.size()).isEqualTo(out.readableBytes());
    }

    /** There is no second copy that could outlast the token. */
    @Test
    void writeTo_tokenWiped_isRefused() {
        Secret token = Secret.of("eyJ.token.sig");
        JsonWithSecret json = new JsonWithSecret(BEFORE, token, AFTER);
        token.wipe();

        assertThatThrownBy(() -> json.writeTo(Unpooled.buffer())).isInstanceOf(SecretWiped.class);
    }
}
