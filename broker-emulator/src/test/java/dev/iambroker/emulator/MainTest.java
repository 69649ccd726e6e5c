package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MainTest {
    @Test
    void description_namesWhatIsThere() {
        try (EmulatedCloud cloud = EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED))) {
            assertThat(Main.description(cloud))
                    .contains(
                            "Nothing here is real",
                            cloud.emulator().containersUrl(),
                            cloud.prodVpc().url())
                    .contains(EmulatedCloud.PROD_API_KEY, EmulatedCloud.PROFILE_NAME);
        }
    }
}
