package dev.iambroker.server.telemetry;

import dev.iambroker.server.telemetry.AuditLine.Found;
import dev.iambroker.store.AuditVault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows a log from its first record to its last: each must be numbered after the one before, name its hash, and carry a
 * right MAC from the first MAC on; the one that the head names must be there. What comes after the head may be cut off, for
 * that is what a loss of power does; as far as it is there it must be right too. For one use.
 */
final class AuditVerification {
    private final AuditVault vault;
    private final @Nullable AuditHead head;
    private final long from;
    private final List<String> notes = new ArrayList<>();

    private long records;
    private long first;
    private long last;
    private String lastHash = AuditLine.BEGINNING;
    private boolean isBegun;
    private boolean hasMacs;
    private long withoutMac;
    private long missed;

    /**
     * @param head where the log ends, null where nothing tells
     * @param from records before this one need not be there
     */
    AuditVerification(AuditVault vault, @Nullable AuditHead head, long from) {
        this.vault = vault;
        this.head = head;
        this.from = from;
        this.last = from - 1;
    }

    /**
     * What is wrong, and where.
     *
     * @param line in {@code file}, from 1; one after the last for what is missing there; {@link #WHOLE_FILE}
     */
    record Fault(Path file, long line, String reason) {
        static final long WHOLE_FILE = 0;
    }

    /**
     * What was found.
     *
     * @param first number of the first record, 0 where there is none; {@code last} too
     * @param withoutMac records at the beginning that an older version wrote
     * @param missed events that the log itself says are missing
     * @param notes what is no fault and worth knowing
     */
    record Verdict(
            long records,
            long first,
            long last,
            long withoutMac,
            long missed,
            @Nullable Fault fault,
            List<String> notes) {
        Verdict {
            notes = List.copyOf(notes);
        }
    }

    /** @param files in the order in which they were written */
    Verdict of(List<Path> files) throws IOException {
        Fault fault = null;
        for (int i = 0; i < files.size() && fault == null; i++) {
            fault = followed(files.get(i), i == files.size() - 1);
        }
        if (withoutMac > 0) {
            notes.add((withoutMac == 1 ? "1 record is" : withoutMac + " records are")
                    + " of an older version and without a MAC: the chain of hashes alone holds them");
        }
        if (missed > 0) {
            notes.add(missed + " events were missed, for want of room or of a working disk: the log says after which"
                    + " records");
        }
        return new Verdict(records, first, records == 0 ? 0 : last, withoutMac, missed, fault, notes);
    }

    private @Nullable Fault followed(Path file, boolean isLast) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            AuditLines lines = new AuditLines(in);
            long number = 0;
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                number++;
                Found found = AuditLine.read(line, vault);
                if (found == null && isLast && isBeyondHead()) {
                    notes.add("from line " + number + " on there is what a crash left of the last records: the next"
                            + " start keeps it aside");
                    return atEnd(file, number);
                }
                String wrong = found == null ? "is no audit record" : wrongWith(found);
                if (wrong != null) {
                    return new Fault(file, number, wrong);
                }
            }
            return afterLast(file, number + 1, lines.rest(), isLast);
        } catch (NoSuchFileException e) {
            return new Fault(file, Fault.WHOLE_FILE, "the file is not there");
        }
    }

    private boolean isBeyondHead() {
        return head != null && last >= head.count();
    }

    private @Nullable Fault afterLast(Path file, long line, int rest, boolean isLast) {
        if (rest > 0 && !(isLast && isBeyondHead())) {
            return new Fault(file, line, "is no whole audit record");
        }
        if (rest > 0) {
            notes.add("the last " + rest
                    + " bytes are no whole record, as a crash leaves them: the next start keeps them" + " aside");
        }
        return isLast ? atEnd(file, line) : null;
    }

    private @Nullable Fault atEnd(Path file, long line) {
        if (head == null) {
            return hasMacs ? new Fault(file, line, "the sealed head is missing: records may be missing here") : null;
        }
        if (last < head.count()) {
            return new Fault(
                    file,
                    line,
                    (head.count() == last + 1
                                    ? "record " + head.count() + " is"
                                    : "records " + (last + 1) + " to " + head.count() + " are")
                            + " missing: the head counts " + head.count());
        }
        return null;
    }

    /** Takes {@code found} up, null where it is right. */
    private @Nullable String wrongWith(Found found) {
        String wrong = lostLog(found);
        if (wrong == null) {
            wrong = isBegun ? wrongPlace(found) : wrongBeginning(found);
        }
        if (wrong == null) {
            wrong = wrongProof(found);
        }
        if (wrong == null
                && head != null
                && found.sequence() == head.count()
                && !found.hash().equals(head.hash())) {
            wrong = "is not the record " + head.count() + " that the head names: it was changed";
        }
        if (wrong != null) {
            return wrong;
        }
        take(found);
        return null;
    }

    /** Said before its number is looked at: it follows what nobody has any more. */
    private static @Nullable String lostLog(Found found) {
        Long lost = found.gap().lost();
        if (lost == null || !Boolean.TRUE.equals(found.isProved())) {
            return null;
        }
        return "says that the log before it and its sealed head were gone when it was begun: "
                + (lost == 0 ? "how many records are lost is not known" : "at least " + lost + " records are lost");
    }

    private void take(Found found) {
        first = isBegun ? first : found.sequence();
        isBegun = true;
        records++;
        last = found.sequence();
        lastHash = found.hash();
        hasMacs |= found.hasMac();
        withoutMac += found.hasMac() ? 0 : 1;
        missed += found.missed();
    }

    private @Nullable String wrongBeginning(Found found) {
        long number = found.sequence();
        if (number > from) {
            return "is record " + number + ": "
                    + (number == 2 ? "record 1 is" : "records 1 to " + (number - 1) + " are")
                    + " not here; name the files that were moved away before it, oldest first, or say --from " + number
                    + " where they are kept elsewhere";
        }
        boolean isFirst = number == 1 && !found.previous().equals(AuditLine.BEGINNING);
        boolean isAfterHead =
                head != null && number == head.count() + 1 && !found.previous().equals(head.hash());
        return isFirst || isAfterHead ? "does not follow what was before it" : null;
    }

    private @Nullable String wrongPlace(Found found) {
        long number = found.sequence();
        if (number > last + 1) {
            return "is record " + number + " after record " + last + ": "
                    + (number == last + 2
                            ? "record " + (last + 1) + " is"
                            : "records " + (last + 1) + " to " + (number - 1) + " are")
                    + " missing";
        }
        if (number <= last) {
            return "is record " + number + " after record " + last + ": it was repeated or moved";
        }
        if (!found.previous().equals(lastHash)) {
            // With a MAC of its own it is the one before that was changed, and that one had none.
            return "does not name the hash of the line before: one of the two was changed";
        }
        return null;
    }

    private @Nullable String wrongProof(Found found) {
        if (found.isWrong()) {
            return "has a wrong MAC: it was changed or made by somebody else";
        }
        if (!found.hasMac() && hasMacs) {
            return "has no MAC although those before it have one: it was added or changed";
        }
        return found.gap().isHeadless()
                ? "says that the sealed head was missing when the log was opened: records may be missing before it"
                : null;
    }
}
