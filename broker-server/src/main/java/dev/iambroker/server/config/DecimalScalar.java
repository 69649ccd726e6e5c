package dev.iambroker.server.config;

/** A decimal number in a range, both ends included. */
record DecimalScalar(double min, double max) implements Scalar<Double> {
    @Override
    public Double read(String text, boolean plain) throws Unacceptable {
        double value = parse(text);
        if (!(value >= min && value <= max)) {
            throw new Unacceptable("is out of range");
        }
        return value;
    }

    private static double parse(String text) throws Unacceptable {
        boolean isDecimal = !text.isEmpty() && text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        try {
            if (isDecimal) {
                return Double.parseDouble(text);
            }
        } catch (NumberFormatException e) {
            // Two points: no number either.
        }
        throw new Unacceptable("is no decimal number");
    }

    @Override
    public String expected() {
        return "a number from " + min + " to " + max;
    }

    @Override
    public Object shown(Double value) {
        return value;
    }
}
