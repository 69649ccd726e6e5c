package dev.iambroker.server.http;

import static dev.iambroker.server.http.TestRequests.body;
import static dev.iambroker.server.http.TestRequests.get;
import static dev.iambroker.server.http.TestRequests.head;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long answers, and what a client takes, by its Accept-Encoding (RFC 9110 section 12.5.3). */
final class CompressionTest {
    private static final String LINE = "iam_broker_account_state{account=\"a1\",state=\"valid\"} 1.0\n";

    private static FullAnswer answer(int bytes) {
        byte[] line = LINE.getBytes(StandardCharsets.UTF_8);
        return FullAnswer.of(200, "text/plain", Collections.nCopies(bytes / line.length + 1, line));
    }

    @Test
    void long_isPackedForWhoTakesIt() throws IOException {
        FullAnswer whole = answer(8_500_000);

        FullAnswer packed = (FullAnswer) Compression.fitted(whole, get("/metrics", "Accept-Encoding: gzip"));

        assertThat(head(packed)).contains("Content-Encoding: gzip\r\n", "Vary: Accept-Encoding\r\n");
        assertThat(packed.length()).isLessThan(whole.length() / 10);
        assertThat(packed.body()).hasSize(1);
        try (var content =
                new GZIPInputStream(new ByteArrayInputStream(packed.body().getFirst()))) {
            assertThat(content.readAllBytes())
                    .hasSize(whole.length())
                    .startsWith(LINE.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void tooLongForAConnection_notPacked_saysWhatToDo() {
        Answer refused = Compression.fitted(answer(8_500_000), get("/metrics"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(body(refused)).contains("takes 8 MB", "Accept-Encoding: gzip", "curl --compressed");
    }

    @Test
    void shortOrNotPacked_isAsItWas() {
        FullAnswer small = answer(10_000);
        FullAnswer large = answer(2_000_000);

        assertThat(Compression.fitted(small, get("/metrics", "Accept-Encoding: gzip")))
                .isSameAs(small);
        assertThat(Compression.fitted(large, get("/metrics"))).isSameAs(large);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "none | false",
                "'' | false",
                "gzip | true",
                "GZIP | true",
                "'deflate, gzip' | true",
                "'deflate,gzip;q=0.5' | true",
                "'gzip;q=0' | false",
                "'gzip; q=0.000' | false",
                "'gzip;q=1.0' | true",
                "identity | false",
                "'br, x-gzip' | false"
            })
    void accepts(String field, boolean isAccepted) {
        assertThat(Compression.accepts(field)).isEqualTo(isAccepted);
    }
}
