package dev.iambroker.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.server.cli.OutputFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands on a store, as a script reads them. */
final class StoreCommandsTest {
    private final ManualTime time = new ManualTime();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    private Path temp;

    private StoreCommands used() throws Exception {
        try (SmallCloud cloud = SmallCloud.on(time);
                var daemon = ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 7);
                var caller = daemon.caller()) {
            assertThat(caller.get("/v1/accounts/by-key/token").status()).isEqualTo(200);
        }
        var config = ManualDaemon.config(temp, Files.readString(temp.resolve("broker.yaml")));
        return new StoreCommands(config, new PrintStream(printed, true, UTF_8));
    }

    private JsonNode json() {
        JsonNode json = JsonMapper.shared().readTree(printed.toByteArray());
        printed.reset();
        return json;
    }

    @Test
    void verify_json_saysOfEachFindingWhetherItIsRight() throws Exception {
        StoreCommands store = used();
        assertThat(store.verify(OutputFormat.JSON)).isZero();
        JsonNode good = json();
        assertThat(good.path("ok").asBoolean()).isTrue();
        assertThat(good.path("findings").toString())
                .contains("{\"ok\":true,\"text\":\"sessions/by-key.session: opens\"}");

        damage(temp.resolve("state/sessions/by-key.session"));
        assertThat(store.verify(OutputFormat.JSON)).isEqualTo(1);
        JsonNode bad = json();
        assertThat(bad.path("ok").asBoolean()).isFalse();
        assertThat(bad.path("findings").toString())
                .contains("{\"ok\":false,\"text\":\"sessions/by-key.session: it was changed")
                .contains("{\"ok\":true,\"text\":\"keyring: slot 1 (key) opens");

        assertThat(store.verify(OutputFormat.TABLE)).isEqualTo(1);
        assertThat(printed.toString(UTF_8)).contains("WRONG  sessions/by-key.session: it was changed");
    }

    @Test
    void rotate_json_saysHowManyAndWhatWasLeft() throws Exception {
        StoreCommands store = used();
        damage(temp.resolve("state/sessions/by-key.session"));
        assertThat(store.rotate(OutputFormat.JSON)).isZero();
        JsonNode outcome = json();
        assertThat(outcome.path("sealed").isInt()).isTrue();
        assertThat(outcome.path("left").path(0).asString()).startsWith("by-key.session: it was changed");
    }

    private static void damage(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length - 1] ^= 1;
        Files.write(file, content);
    }
}
