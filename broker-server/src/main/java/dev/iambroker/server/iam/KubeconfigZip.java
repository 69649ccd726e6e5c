package dev.iambroker.server.iam;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** The archive form of a kubeconfig: one YAML and the cluster's PEM files, in version 1 one directory down. */
final class KubeconfigZip {
    /** A few kilobytes of files inflate to this only in an archive made to hurt. */
    private static final int MAX_ENTRY_BYTES = 256 * 1024;

    private static final int MAX_ENTRIES = 16;
    private static final Pattern DOCUMENT = Pattern.compile("([^/]*/)?[^/]+\\.ya?ml");
    private static final Pattern AUTHORITY = Pattern.compile("([^/]*/)?ca[^/]*\\.pem");

    private byte @Nullable [] document;
    private byte @Nullable [] authority;

    private KubeconfigZip() {}

    static boolean isZip(byte[] bytes) {
        return bytes.length > 4 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4;
    }

    /** What could be read: of a damaged archive, the part before the damage. */
    static KubeconfigZip read(byte[] bytes) {
        KubeconfigZip found = new KubeconfigZip();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            found.readAll(zip);
        } catch (IOException | IllegalArgumentException e) {
            return found;
        }
        return found;
    }

    byte @Nullable [] document() {
        return document;
    }

    byte @Nullable [] authority() {
        return authority;
    }

    private void readAll(ZipInputStream zip) throws IOException {
        ZipEntry entry = zip.getNextEntry();
        for (int count = 0; entry != null && count < MAX_ENTRIES; count++) {
            keep(entry.getName(), bounded(zip));
            entry = zip.getNextEntry();
        }
    }

    private void keep(String name, byte[] content) {
        if (document == null && DOCUMENT.matcher(name).matches()) {
            document = content;
        } else if (authority == null && AUTHORITY.matcher(name).matches()) {
            authority = content;
        }
    }

    /** Entries that nobody asks for are read here too: to skip one is to inflate it, however large it is. */
    private static byte[] bounded(ZipInputStream zip) throws IOException {
        byte[] bytes = zip.readNBytes(MAX_ENTRY_BYTES + 1);
        if (bytes.length > MAX_ENTRY_BYTES) {
            throw new IOException("entry too large");
        }
        return bytes;
    }
}
