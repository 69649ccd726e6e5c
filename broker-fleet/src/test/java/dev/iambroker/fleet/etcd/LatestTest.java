package dev.iambroker.fleet.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LatestTest {
    private final Latest latest = new Latest(2);

    @Test
    void onlyTheLatestAreKept() {
        latest.add("prod", "one");
        latest.add("prod", "two");
        latest.add("prod", "one");
        latest.add("prod", "three");

        assertThat(latest.contains("prod", "two")).isFalse();
        assertThat(latest.contains("prod", "one")).isTrue();
        assertThat(latest.contains("prod", "three")).isTrue();
        assertThat(latest.contains("dev", "three")).isFalse();
    }

    @Test
    void whatIsForgottenIsNone() {
        latest.add("prod", "one");
        latest.forget("prod");

        assertThat(latest.hasAny("prod")).isFalse();
        assertThat(latest.contains("prod", "one")).isFalse();
    }
}
