package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tens of thousands of mutated answers: the C reader under sanitizers survives each and judges as the Java twin does. */
final class AnswerReadingTest {

    private static final int MUTANTS = 40_000;
    private static final long SEED = 20260101;

    private static final String[] SPLICES = {
        "\r\n",
        "\r\n\r\n",
        "\n",
        "Content-Length: 7\r\n",
        "content-length:",
        ": ",
        "\\u",
        "\\ud83d\\ude00",
        "\\",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"detail\":",
        "\"hint\":\"",
        "\"}",
        "\u00e2\u0080\u00ae",
        "\u00ff",
        "\u0000",
        "200",
        "0",
        " ",
        "\t",
        "true"
    };

    @TempDir
    Path directory;

    @Test
    void mutants_areJudgedAlikeByBothReaders() throws Exception {
        var program = NativeBuild.FUZZ.program();
        var mutants = mutants();
        var expected = mutants.stream().map(AnswerReadingTest::verdict).toList();
        assertThat(expected.stream().distinct().count())
                .as("the mutants reach many verdicts")
                .isGreaterThan(300);
        var judged = judge(program, mutants);
        for (int i = 0; i < mutants.size(); i++) {
            var mutant = mutants.get(i);
            assertThat(judged.get(i))
                    .as(() -> new String(mutant, StandardCharsets.ISO_8859_1))
                    .isEqualTo(expected.get(i));
        }
    }

    private List<String> judge(Path program, List<byte[]> mutants) throws Exception {
        var input = directory.resolve("mutants");
        var output = directory.resolve("verdicts");
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(input)))) {
            for (var mutant : mutants) {
                out.writeInt(mutant.length);
                out.write(mutant);
            }
        }
        var process = new ProcessBuilder(program.toString())
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .start();
        var complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(complaint).isZero();
        assertThat(complaint).isEmpty();
        return Arrays.asList(
                Files.readString(output, StandardCharsets.ISO_8859_1).split("\n"));
    }

    private static List<byte[]> mutants() throws IOException {
        var random = new Random(SEED);
        var seeds = seeds();
        var mutants = new ArrayList<byte[]>(FuzzCorpus.of("response"));
        for (int i = 0; i < MUTANTS; i++) {
            var mutant = seeds.get(random.nextInt(seeds.size()));
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                mutant = mutate(mutant, random);
            }
            mutants.add(mutant);
        }
        return mutants;
    }

    private static List<byte[]> seeds() {
        var seeds = new ArrayList<byte[]>();
        UntrustedAnswers.ALL.keySet().stream()
                .filter(answer -> answer.length() < 1000)
                .forEach(answer -> seeds.add(answer.getBytes(StandardCharsets.UTF_8)));
        for (var body : List.of(
                "{\"detail\":\"a\\n\\u00fc\\ud83d\\ude00\",\"hint\":\"b\",\"x\":[1,{\"detail\":null}]}",
                "{\"detail\":\"run it\",\"hint\":\"run\"}",
                Answers.CREDENTIAL)) {
            seeds.add(Answers.ok(body).getBytes(StandardCharsets.UTF_8));
            seeds.add(Answers.problem(409, body).getBytes(StandardCharsets.UTF_8));
            seeds.add(("HTTP/1.1 503 x\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
        }
        return seeds;
    }

    private static byte[] mutate(byte[] in, Random random) {
        if (in.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        int at = random.nextInt(in.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                var flipped = in.clone();
                flipped[at] = (byte) random.nextInt(256);
                yield flipped;
            }
            case 1 -> Arrays.copyOf(in, at);
            case 2 -> join(in, at, new byte[0], Math.min(in.length, at + 1 + random.nextInt(8)));
            default -> {
                var splice = SPLICES[random.nextInt(SPLICES.length)].getBytes(StandardCharsets.ISO_8859_1);
                yield join(in, at, splice, at);
            }
        };
    }

    private static byte[] join(byte[] in, int end, byte[] middle, int from) {
        var out = new ByteArrayOutputStream();
        out.write(in, 0, end);
        out.writeBytes(middle);
        out.write(in, from, in.length - from);
        return out.toByteArray();
    }

    private static String verdict(byte[] answer) {
        var line = new Line();
        judge(answer, false, line);
        line.add(" | ");
        judge(answer, true, line);
        return new String(line.bytes(), 0, line.length(), StandardCharsets.ISO_8859_1);
    }

    private static void judge(byte[] bytes, boolean atEnd, Line verdict) {
        try {
            var answer = Answer.read(bytes, bytes.length, atEnd);
            if (answer == null) {
                verdict.add("more");
                return;
            }
            verdict.number(answer.status()).add(" ").number(answer.bodyLength());
            if (answer.status() != 200) {
                verdict.add(" ").number(answer.exitCode()).add(" ");
                answer.explain(verdict);
            }
        } catch (BadAnswer bad) {
            verdict.add(bad.trouble());
        }
    }
}
