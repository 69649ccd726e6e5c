package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlainServeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "serve --config /etc/iam-broker/broker.yaml",
                "serve --socket run/broker.sock",
                "serve --socket /run/x --config b.yaml"
            })
    void plainLine_byBothParsers_saysTheSame(String line) {
        String[] arguments = line.split(" ");
        var parsed = new Cli();

        int code = BrokerCommandLine.of(parsed.surroundings(), parsed).execute(arguments);

        assertThat(code).isZero();
        assertThat(PlainServe.options(arguments)).isEqualTo(parsed.daemonCalls.getFirst());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "--socket /run/x serve",
                "serve --help",
                "serve --config",
                "serve --config --socket x",
                "serve --config=a.yaml",
                "serve --config a --config b",
                "serve -c a",
                "serve a"
            })
    void anythingElse_line_isLeftToTheParser(String line) {
        assertThat(PlainServe.options(line.split(" "))).isNull();
    }

    @Test
    void emptyLine_isLeftToTheParser() {
        assertThat(PlainServe.options()).isNull();
        assertThat(PlainServe.options("serve", "--config", "")).isNull();
    }

    @Test
    void plainLine_wrongConfiguration_failsAsItDoesByTheParser() {
        var cli = new Cli() {
            @Override
            public int serve(ServeOptions options) {
                throw new CommandFailure(ExitCode.USAGE, "no " + options.config());
            }
        };

        var result = cli.run("serve", "--config", "b.yaml");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("iam-broker: no " + Path.of("b.yaml") + "\n");
    }
}
