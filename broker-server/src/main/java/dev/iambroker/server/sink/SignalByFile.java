package dev.iambroker.server.sink;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.iambroker.server.config.SinkConfig.OnChange;
import dev.iambroker.server.os.ProcessSignal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * A signal to the process that has put its number into a file. The file is believed where nobody but root, this user or
 * that process's user can have written it, and where the process was there before it: one that has the number of
 * another that is gone is left alone.
 */
final class SignalByFile implements Tidings {
    private static final int LARGEST = 32;
    private static final int ROOT = 0;

    /** A process writes its file after it began; the kernel counts its beginning in hundredths. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final OnChange.Signal signal;
    private final int self;

    /** @param self the user of this process */
    SignalByFile(OnChange.Signal signal, int self) {
        this.signal = signal;
        this.self = self;
    }

    @Override
    public void tell() throws SinkFailure {
        Path file = signal.pidFile();
        try {
            Facts facts = Facts.of(file);
            if (facts == null) {
                throw new SinkFailure("pid-file " + file + " is not there: does the program run?");
            }
            int pid = pid(file, facts);
            demandTrusted(file, facts, pid);
            Instant began = facts.modified().toInstant().plus(SLACK);
            String refusal = ProcessSignal.send(pid, number(), began);
            if (refusal != null) {
                throw new SinkFailure("process " + pid + " of " + file + " got no " + signal.name() + ": " + refusal);
            }
        } catch (IOException e) {
            throw SinkFailure.of("cannot read pid-file " + file, e);
        }
    }

    private int number() {
        return switch (signal.name()) {
            case HUP -> 1;
            case USR1 -> 10;
            case USR2 -> 12;
            case TERM -> 15;
        };
    }

    private static int pid(Path file, Facts facts) throws IOException, SinkFailure {
        if (!facts.isRegular() || facts.size() > LARGEST) {
            throw new SinkFailure("pid-file " + file + " is no file with a number (expected what the program wrote)");
        }
        String text = read(file).strip();
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) == 0) {
            throw new SinkFailure("pid-file " + file + " holds no number of a process");
        }
        return Integer.parseInt(text);
    }

    private void demandTrusted(Path file, Facts facts, int pid) throws SinkFailure {
        if (facts.isWritableByOthers()) {
            throw new SinkFailure("pid-file " + file + " is writable by others (expected 0644: chmod go-w it)");
        }
        int uid = facts.uid();
        if (uid != ROOT && uid != self && uid != ownerOf(pid)) {
            throw new SinkFailure("pid-file " + file + " belongs to uid " + uid
                    + ", whose the process in it is not (expected root's, or the program's own)");
        }
    }

    private static int ownerOf(int pid) throws SinkFailure {
        try {
            Facts facts = Facts.of(Path.of("/proc", Integer.toString(pid)));
            if (facts != null) {
                return facts.uid();
            }
        } catch (IOException e) {
            // It is gone.
        }
        throw new SinkFailure("no process " + pid + " is there: is the pid-file an old one?");
    }

    /** Not through a link that took the file's place since it was looked at. */
    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(LARGEST), StandardCharsets.ISO_8859_1);
        }
    }
}
