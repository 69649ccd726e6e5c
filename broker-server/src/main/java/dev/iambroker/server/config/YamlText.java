package dev.iambroker.server.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Turns the bytes of a file into nodes that know their line and column. */
final class YamlText {
    /** Thousands of accounts fit; a file beyond is no configuration. */
    static final int MAX_BYTES = 1024 * 1024;

    /** The parser's complaints that quote nothing of the file. Others are not repeated: they may hold half a secret. */
    private static final List<String> HARMLESS = List.of(
            "could not find expected ':'",
            "sequence entries are not allowed here",
            "mapping keys are not allowed here",
            "mapping values are not allowed here",
            "found unexpected end of stream",
            "found unexpected document separator",
            "expected <block end>",
            "expected ',' or '}'",
            "expected ',' or ']'",
            "expected the node content");

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setCodePointLimit(MAX_BYTES)
            .build();

    private final Problems problems;

    YamlText(Problems problems) {
        this.problems = problems;
    }

    /** The root, or null where the file is empty or a problem was noted. */
    @Nullable
    Node parse(byte[] bytes) {
        String text = decode(bytes);
        if (text == null) {
            return null;
        }
        try {
            var parser = new PlainParser(new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text)));
            return new FrugalComposer(SETTINGS, parser).getSingleNode().orElse(null);
        } catch (MarkedYamlEngineException e) {
            problems.error(e.getProblemMark().or(e::getContextMark), "", "is not YAML: " + complaint(e));
        } catch (ReaderException e) {
            int line = lineAt(text, e.getPosition());
            problems.error(line, 1, "", "is not YAML: holds a control character (expected text)");
        } catch (YamlEngineException e) {
            problems.error(Optional.empty(), "", "is not YAML (expected mappings, lists and plain values)");
        } catch (NumberFormatException e) {
            // The parser's own mistake, at the end of the text.
            int line = lineAt(text, text.length());
            problems.error(line, 1, "", "is not YAML: ends within an escape (expected quotes around the text)");
        }
        return null;
    }

    private static int lineAt(String text, int codePoints) {
        return 1
                + (int) text.codePoints()
                        .limit(codePoints)
                        .filter(c -> c == '\n')
                        .count();
    }

    private @Nullable String decode(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            problems.error(Optional.empty(), "", "is larger than 1 MiB (expected a configuration file)");
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.error(Optional.empty(), "", "is not UTF-8 text (expected a YAML file)");
            return null;
        }
    }

    private static String complaint(MarkedYamlEngineException e) {
        if (e instanceof PlainParser.NotPlain notPlain) {
            return notPlain.reason();
        }
        String problem = e.getProblem() == null ? "" : e.getProblem();
        return HARMLESS.stream()
                .filter(problem::startsWith)
                .findFirst()
                .orElse("this cannot stand here (expected a key, a value, or quotes around the text)");
    }

    static int line(Mark mark) {
        return mark.getLine() + 1;
    }

    static int column(Mark mark) {
        return mark.getColumn() + 1;
    }
}
