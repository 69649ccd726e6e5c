package dev.iambroker.server.sink;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** A file could not be written, or somebody not be told. The message is one line for the operator. */
final class SinkFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String message;

    SinkFailure(String message) {
        super(message);
        this.message = message;
    }

    private SinkFailure(String message, IOException cause) {
        super(message, cause);
        this.message = message;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return message;
    }

    static SinkFailure of(String what, IOException cause) {
        return new SinkFailure(
                what + " (" + reasonOf(cause) + "): check the directory, its disk, mode and owner", cause);
    }

    private static String reasonOf(IOException cause) {
        return switch (cause) {
            case AccessDeniedException e -> "permission denied";
            case NoSuchFileException e -> "no such file or directory";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> cause.getClass().getSimpleName();
        };
    }
}
