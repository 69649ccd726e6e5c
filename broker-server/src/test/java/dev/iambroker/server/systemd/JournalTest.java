package dev.iambroker.server.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    @TempDir
    Path directory;

    @Test
    void stream_namedByDeviceAndInode_isTheJournals() throws Exception {
        Path stream = Files.createFile(directory.resolve("stream"));
        Path other = Files.createFile(directory.resolve("other"));
        String name = Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");

        assertThat(Journal.reads(Map.of("JOURNAL_STREAM", name), stream)).isTrue();
        assertThat(Journal.reads(Map.of("JOURNAL_STREAM", name), other)).isFalse();
        assertThat(Journal.reads(Map.of("JOURNAL_STREAM", name), directory.resolve("none")))
                .isFalse();
        assertThat(Journal.reads(Map.of("JOURNAL_STREAM", "nonsense"), stream)).isFalse();
        assertThat(Journal.reads(Map.of(), stream)).isFalse();
    }
}
