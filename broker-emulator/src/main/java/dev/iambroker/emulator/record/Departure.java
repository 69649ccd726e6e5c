package dev.iambroker.emulator.record;

/** A request that the published pages do not know. The message names what departs from them, and never a field's value that is secret. */
public final class Departure extends RuntimeException {
    private final int status;
    private final String code;

    /** A departure that the real service would answer with this status and error code. */
    public Departure(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** A departure that only a strict service notices. */
    public static Departure strict(String message) {
        return new Departure(400, "STRICT0400", message);
    }

    public static Departure unknownPath(String method, String path) {
        return new Departure(404, "STRICT0404", "unknown path " + method + " " + path);
    }

    public static Departure wrongMethod(String method, String path, String expected) {
        return new Departure(405, "STRICT0405", "wrong method " + method + " on " + path + ", expected " + expected);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
