package dev.iambroker.it.harness;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that a JVM's heap holds alive, as its own dump writes it: the bytes of strings and arrays as they are in memory. */
public final class HeapDump {
    /** How a string's characters are kept: one byte each, or two, in either order. */
    private static final List<Charset> FORMS =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    private final String bytes;

    private HeapDump(String bytes) {
        this.bytes = bytes;
    }

    /**
     * Has a daemon dump its heap, after a collection of garbage. It must have been started with its attach mechanism on.
     *
     * @throws AssertionError if it does not
     */
    public static HeapDump of(Daemon daemon, Workplace place) throws IOException, InterruptedException {
        Path file = place.directory().resolve("heap.hprof");
        Ran ran = jcmd(daemon.pid(), "GC.heap_dump", file).run();
        if (ran.exitCode() != 0 || !Files.exists(file)) {
            throw new AssertionError("no heap dump: " + ran.all());
        }
        try {
            return new HeapDump(Files.readString(file, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(file);
        }
    }

    /** The JDK's own tool, which this JVM brings along. */
    public static Program jcmd(long pid, Object... command) {
        return Program.of(Path.of(System.getProperty("java.home"), "bin", "jcmd"), pid)
                .with(command);
    }

    /** Which of these it holds: as they are, in base64 or in hexadecimal. */
    public List<String> found(Map<String, String> namedTexts) {
        List<String> found = new ArrayList<>();
        namedTexts.forEach((name, text) -> spellings(text).forEach((spelling, spelt) -> {
            if (holds(spelt)) {
                found.add(name + spelling);
            }
        }));
        return found;
    }

    public boolean holds(String text) {
        return FORMS.stream()
                .anyMatch(form -> bytes.contains(new String(text.getBytes(form), StandardCharsets.ISO_8859_1)));
    }

    public boolean holds(byte[] raw) {
        return bytes.contains(new String(raw, StandardCharsets.ISO_8859_1));
    }

    /** Up to so many characters behind every place where that text stands, for the message of an assertion. */
    public List<String> around(String text, int characters) {
        List<String> found = new ArrayList<>();
        for (int at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
            String around = bytes.substring(Math.max(0, at - characters), Math.min(bytes.length(), at + characters));
            found.add(around.replaceAll("[^ -~]", "."));
        }
        return found;
    }

    private static Map<String, String> spellings(String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        Map<String, String> spellings = new TreeMap<>();
        spellings.put("", text);
        spellings.put(" in base64", Base64.getEncoder().withoutPadding().encodeToString(raw));
        spellings.put(" in hexadecimal", HexFormat.of().formatHex(raw));
        return spellings;
    }
}
