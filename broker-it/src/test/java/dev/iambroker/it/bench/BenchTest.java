package dev.iambroker.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.it.harness.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the table is made by; nothing is measured here. */
final class BenchTest {
    private static final Figure RATIO =
            new Figure("ratio", "how much", "a peer", Target.atLeast(0.95, Target.Unit.TIMES));
    private static final Figure MEMORY = new Figure("memory", "how large", "", Target.atMost(64, Target.Unit.MIB));

    @Test
    void loadLine_isReadAsItsTool_printsIt() {
        Load load = Load.parse("200000 0 2.000000 31000 85000 144000\n");

        assertThat(load.rate()).isEqualTo(100_000);
        assertThat(load.whole("").p99()).isEqualTo(85_000);
        assertThatThrownBy(() -> Load.parse("usage: load")).hasMessageContaining("usage: load");
    }

    @Test
    void loadWithFailures_isNoFigure() {
        assertThatThrownBy(() -> Load.parse("10 1 1.0 1 1 1").whole("HTTP/1.1 503"))
                .hasMessageContaining("1 of 10")
                .hasMessageContaining("503");
        assertThatThrownBy(() -> Load.parse("0 0 1.0 0 0 0").whole("")).hasMessageContaining("0 of 0");
    }

    @Test
    void turns_areComparedRoundByRound() {
        Pairs pairs = Pairs.walls("1000000 5 4000000 6\n3000000 5 6000000 6\n", 0, 1);

        assertThat(pairs.ratios()).containsExactly(0.25, 0.5);
        assertThat(pairs.remark("ms", "gke")).isEqualTo("2.00 ms, gke 5.00 ms");
    }

    @Test
    void medians_areThoseOfPartsInOrder() {
        assertThat(Pairs.medians(List.of(1.0, 2.0, 9.0, 4.0, 5.0, 6.0), 2)).containsExactly(2.0, 5.0);
        assertThat(Pairs.medians(List.of(1.0, 2.0), 5)).containsExactly(1.0, 2.0);
    }

    @Test
    void medianAndSpread_areOfAllSamples() {
        Measured measured = Measured.of(List.of(3.0, 1.0, 2.0, 10.0), "");

        assertThat(measured.median()).isEqualTo(2.5);
        assertThat(new Row(RATIO, measured).measured()).isEqualTo("2.50 x (1.00–10.0)");
    }

    @Test
    void verdict_atTheLimit_passes_andFallsShortBeyond() {
        assertThat(new Row(RATIO, Measured.once(0.95, "")).verdict()).isEqualTo("pass");
        assertThat(new Row(RATIO, Measured.once(0.949, "")).verdict()).isEqualTo("falls short");
        assertThat(new Row(MEMORY, Measured.once(64, "")).verdict()).isEqualTo("pass");
        assertThat(new Row(MEMORY, Measured.once(64.1, "")).verdict()).isEqualTo("falls short");
        assertThat(new Row(MEMORY, new NotMeasured("no nginx on this machine")).verdict())
                .isEqualTo("not measured: no nginx on this machine");
    }

    @Test
    void line_forTheTerminal_hasTargetVerdictAndPlainNumbers() {
        assertThat(new Row(MEMORY, Measured.once(58.25, "of 3 starts")).line())
                .matches("memory +58\\.3 MiB +<= 64 MiB +pass {2}\\[of 3 starts]");
    }

    @Test
    void figures_haveNamesOfTheirOwn() {
        List<String> names = BenchMain.figures().stream().map(Figure::name).toList();

        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(15).allMatch(name -> name.matches("[a-z0-9-]+"));
    }

    @Test
    void document_newRun_keepsWhatIsBelowTheMarker() {
        String first = Document.text("", List.of("processor: P"), "2026-01-01", rows(1));
        assertThat(first).contains("- processor: P", "| `ratio` | how much | a peer | 1.00 x | >= 0.95 x | pass |  |");
        String written = first + "\nThe ratio is what it is.\n";

        String second = Document.text(written, List.of("processor: Q"), "2026-02-02", rows(0.5));

        assertThat(second)
                .contains("- processor: Q", "falls short", "2026-02-02")
                .doesNotContain("2026-01-01", "processor: P")
                .endsWith("\nThe ratio is what it is.\n");
    }

    private static List<Row> rows(double ratio) {
        return List.of(
                new Row(RATIO, Measured.once(ratio, "")), new Row(MEMORY, new NotMeasured("nothing to measure")));
    }

    @Test
    void document_ofARun_namesWhatIsListed() throws IOException {
        List<Row> all = BenchMain.figures().stream()
                .map(figure -> new Row(figure, Measured.once(1, "")))
                .toList();
        List<String> listed = BenchMain.figures().stream().map(Figure::name).toList();

        assertThat(Document.names(Document.text("", List.of(), "", all))).isEqualTo(listed);
        Path committed = Checkout.root().resolve("docs/performance.md");
        if (Files.exists(committed)) {
            assertThat(Document.names(Files.readString(committed))).isEqualTo(listed);
        }
    }

    @Test
    void rows_ofAnExperiment_allHaveToBeMeasured() {
        assertThatThrownBy(() -> BenchMain.rows(new StartAndStop(), Map.of())).hasMessageContaining("start");
    }
}
