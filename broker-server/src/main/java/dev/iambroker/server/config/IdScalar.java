package dev.iambroker.server.config;

/** The number of a user or a group. */
record IdScalar() implements Scalar<Integer> {
    private static final int MAX_DIGITS = 10;

    @Override
    public Integer read(String text, boolean plain) throws Unacceptable {
        if (!isNumber(text)) {
            throw new Unacceptable("is no number");
        }
        if (!fits(text)) {
            throw new Unacceptable("is out of range");
        }
        return Integer.parseInt(text);
    }

    static boolean fits(String text) {
        return isNumber(text) && Long.parseLong(text) <= Integer.MAX_VALUE;
    }

    static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String expected() {
        return "a number from 0 to " + Integer.MAX_VALUE;
    }

    @Override
    public Object shown(Integer value) {
        return value;
    }
}
