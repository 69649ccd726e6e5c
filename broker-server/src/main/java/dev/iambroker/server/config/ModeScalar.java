package dev.iambroker.server.config;

/**
 * The mode of a socket in quoted octal. Without quotes, YAML of one version reads 0660 as octal and of another as
 * decimal, and 660 is decimal in both: only the quotes make plain what is meant.
 */
record ModeScalar() implements Scalar<FileMode> {
    private static final int MIN_DIGITS = 3;
    private static final int MAX_DIGITS = 4;
    private static final int OWNER_READ_WRITE = 0600;

    @Override
    public FileMode read(String text, boolean plain) throws Unacceptable {
        if (!isOctal(text)) {
            throw new Unacceptable("is no octal mode");
        }
        if (plain) {
            throw new Unacceptable("is an octal mode without quotes: write \""
                    + (text.length() == MIN_DIGITS ? "0" : "") + text + "\"");
        }
        int bits = Integer.parseInt(text, 8);
        if (bits > 0777) {
            throw new Unacceptable("has bits that a socket has no use for");
        }
        if ((bits & OWNER_READ_WRITE) != OWNER_READ_WRITE) {
            throw new Unacceptable("shuts out the daemon's own user");
        }
        return new FileMode(bits);
    }

    private static boolean isOctal(String text) {
        return text.length() >= MIN_DIGITS
                && text.length() <= MAX_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '7');
    }

    @Override
    public String expected() {
        return "an octal mode in quotes such as \"0660\"";
    }
}
