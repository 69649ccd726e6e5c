package dev.iambroker.server.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

final class JsonTreeTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final JsonTree json = JsonTree.plain();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "\"\"",
                "{\"a\":1,\"b\":[true,false,null,{\"c\":\"\\u00e9\\n\\\"\\\\\\u20ac\\ud83d\\ude00\"}],\"d\":{}}",
                "[0,-1,2147483647,2147483648,-9223372036854775808,9223372036854775807,9223372036854775808]",
                "[1.5,-0.25,1.0E300]",
                "{\"a\":1,\"a\":2}",
            })
    void read_validText_isWhatTheMapperReads(String text) {
        byte[] bytes = text.getBytes(UTF_8);

        assertThat(json.read(bytes)).isEqualTo(MAPPER.readTree(bytes));
        assertThat(json.text(json.read(bytes))).isEqualTo(MAPPER.writeValueAsString(MAPPER.readTree(bytes)));
    }

    @Test
    void read_nothing_isMissing() {
        assertThat(json.read(new byte[0]).isMissingNode()).isTrue();
        assertThat(json.read(" \n".getBytes(UTF_8)).isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "[1,", "{\"a\"}", "{\"a\":}", "[1]]", "{} {}", "nul", "\"a", "{a:1}", "]", "01", "\ud800"})
    void read_noJson_throws(String text) {
        assertThatThrownBy(() -> json.read(text.getBytes(UTF_8))).isInstanceOf(JacksonException.class);
    }

    @Test
    void read_deeperThanTheFactoryAllows_throws() {
        var shallow = new JsonTree(JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(3).build())
                .build());

        assertThat(shallow.read("[[[]]]".getBytes(UTF_8)).size()).isOne();
        assertThatThrownBy(() -> shallow.read("[[[[]]]]".getBytes(UTF_8))).isInstanceOf(JacksonException.class);
    }
}
