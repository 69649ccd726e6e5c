package dev.iambroker.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonObjectTest {
    /** Two secrets that differ in them alone would be one, since neither has such bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "a\\udc00", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud83d-\\ude00"})
    void parse_halfOfASurrogatePair_refused(String text) {
        byte[] body = ("{\"passphrase\":\"" + text + "\"}").getBytes(UTF_8);
        assertThatThrownBy(() -> JsonObject.parse(body, "expected a passphrase"))
                .isInstanceOf(RequestRefused.class);
    }

    @Test
    void parse_wholePair_isItsCharacter() {
        byte[] body = "{\"passphrase\":\"\\ud83d\\ude00\"}".getBytes(UTF_8);
        assertThat(JsonObject.parse(body, "").string("passphrase")).isEqualTo("\ud83d\ude00");
    }
}
