package dev.iambroker.emulator.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LoopbackPortTest {
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    @Test
    void ports_areDifferentAndNoneOfTheKernelsOwn() throws Exception {
        int first = Integer.parseInt(Files.readAllLines(EPHEMERAL).getFirst().split("\\s")[0]);

        List<Integer> ports =
                IntStream.range(0, 200).mapToObj(index -> LoopbackPort.free()).toList();

        assertThat(ports).doesNotHaveDuplicates();
        // Where a machine lets the kernel give out almost all ports, there are no others.
        assertThat(ports).allMatch(port -> port < first || first <= 10_000);
    }
}
