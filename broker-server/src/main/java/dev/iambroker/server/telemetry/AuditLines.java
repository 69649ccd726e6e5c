package dev.iambroker.server.telemetry;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of an audit log, whole ones only, in bounded memory. Not thread-safe; does not close what it reads. */
final class AuditLines {
    private final InputStream in;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    AuditLines(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The next line with its newline; null at the end, and before what is no line: {@link #rest} tells. */
    byte @Nullable [] next() throws IOException {
        begun.reset();
        int octet;
        while (begun.size() < AuditLine.MOST_BYTES && (octet = in.read()) >= 0) {
            begun.write(octet);
            if (octet == '\n') {
                return begun.toByteArray();
            }
        }
        return null;
    }

    /** How many bytes of what is no whole line were read after the last one; {@link AuditLine#MOST_BYTES} for too many. */
    int rest() {
        return begun.size();
    }
}
