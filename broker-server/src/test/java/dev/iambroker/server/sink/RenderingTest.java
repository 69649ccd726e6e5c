package dev.iambroker.server.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.secret.Secret;
import dev.iambroker.server.config.SinkConfig.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RenderingTest {
    @ParameterizedTest
    @ValueSource(strings = {"a'; touch /tmp/x; '", "a\nX-Header: b", "a b", "a\u0000", "tök", "a\"b", "$(id)"})
    void around_tokenThatWouldWriteLinesOfItsOwn_isRefused(String token) {
        assertThatThrownBy(() -> Rendering.OF_ENV.around(Secret.of(token)))
                .isInstanceOf(SinkFailure.class)
                .hasMessageNotContaining(token);
    }

    @Test
    void isLike_onlyItsOwnFormat() {
        assertThat(Rendering.isLike(Format.TOKEN, "eyJ.x.y".getBytes(UTF_8))).isTrue();
        assertThat(Rendering.isLike(Format.TOKEN, "root:x:0:0::/root:/bin/sh\n".getBytes(UTF_8)))
                .isFalse();
        assertThat(Rendering.isLike(Format.HEADER, "Authorization: Bearer x\n".getBytes(UTF_8)))
                .isTrue();
        assertThat(Rendering.isLike(Format.HEADER, "x".getBytes(UTF_8))).isFalse();
        assertThat(Rendering.isLike(Format.KUBECONFIG, "apiVersion: v1\n".getBytes(UTF_8)))
                .isFalse();
        assertThat(Rendering.isLike(Format.ENV, new byte[0])).isTrue();
    }

    @Test
    void outputLine_isOneLineWithoutWhatCouldBeAToken() {
        String token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0aaaaaaaaa."
                + "Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6";
        assertThat(OutputLine.of("one\n\u001b[31mtwo\u0085" + token + "\r\nend\n"))
                .isEqualTo("one [31mtwo ***.***.*** end");
        assertThat(OutputLine.of("word ".repeat(200))).hasSize(301).endsWith("…");
    }
}
