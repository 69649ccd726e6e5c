package dev.iambroker.it.harness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All memory of another process that it could read itself, as it is while this looks; takes root. */
public final class ProcessMemory {
    private static final int PIECE = 4 << 20;

    /** More than any text that is looked for: it may lie across two pieces. */
    private static final int OVERLAP = 4096;

    private final long pid;
    private final Map<String, String> formByName = new TreeMap<>();
    private final List<String> found = new ArrayList<>();

    private ProcessMemory(long pid, Map<String, String> namedTexts) {
        this.pid = pid;
        namedTexts.forEach((name, text) -> {
            formByName.put(name, text);
            // As a JVM keeps characters that do not fit in bytes, and what is built of them.
            formByName.put(
                    name + " in UTF-16",
                    new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1));
        });
    }

    /** Which of these plain texts it holds, and where. */
    public static List<String> found(Daemon daemon, Map<String, String> namedTexts) throws IOException {
        var memory = new ProcessMemory(daemon.pid(), namedTexts);
        memory.search();
        return memory.found;
    }

    private void search() throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        try (var memory = new RandomAccessFile(process.resolve("mem").toFile(), "r")) {
            for (String line : Files.readAllLines(process.resolve("maps"))) {
                // Pages of the kernel's own, [vvar] and [vsyscall], are no memory of the process.
                if (line.split(" ")[1].startsWith("r") && !line.contains("[v")) {
                    search(line, memory);
                }
            }
        }
    }

    /** A mapping may end, with a thread that ends, while this looks. */
    private void search(String line, RandomAccessFile memory) throws IOException {
        String[] range = line.split("[- ]", 3);
        long end = Long.parseUnsignedLong(range[1], 16);
        byte[] piece = new byte[PIECE + OVERLAP];
        for (long at = Long.parseUnsignedLong(range[0], 16); at < end; at += PIECE) {
            int length = (int) Math.min(piece.length, end - at);
            int read = 0;
            try {
                memory.seek(at);
                while (read < length) {
                    int more = memory.read(piece, read, length - read);
                    if (more < 0) {
                        break;
                    }
                    read += more;
                }
            } catch (IOException gone) {
                // What was read is searched all the same.
            }
            search(line, at, new String(piece, 0, read, StandardCharsets.ISO_8859_1));
        }
    }

    private void search(String line, long at, String content) {
        formByName.forEach((name, form) -> {
            int index = content.indexOf(form);
            if (index >= 0) {
                String around = content.substring(Math.max(0, index - 80), Math.min(content.length(), index + 40));
                found.add(name + " at " + Long.toHexString(at + index) + " of " + line + ": "
                        + around.replaceAll("[^ -~]", "."));
            }
        });
    }
}
