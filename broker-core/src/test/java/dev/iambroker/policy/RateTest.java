package dev.iambroker.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RateTest {
    @ParameterizedTest
    @ValueSource(strings = {"1/s", "10/s", "600/m", "1/h", "1000000/s"})
    void parse_rate_writtenAsItWasRead(String text) {
        assertThat(Rate.parse(text)).hasValueSatisfying(rate -> assertThat(rate).hasToString(text));
    }

    @Test
    void parse_perMinute_countAndUnit() {
        assertThat(Rate.parse("600/m")).contains(new Rate(600, Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "/s",
                "0/s",
                "-1/s",
                "+1/s",
                "1.5/s",
                "1000001/s",
                "99999999/s",
                "5/d",
                "5/S",
                "5 /s",
                "5/s "
            })
    void parse_anythingElse_isNone(String text) {
        assertThat(Rate.parse(text)).isEmpty();
    }
}
