package dev.iambroker.server.config;

/** True or false, in YAML 1.2's words: {@code yes} and {@code on} are texts. */
record FlagScalar() implements Scalar<Boolean> {
    @Override
    public Boolean read(String text, boolean plain) throws Unacceptable {
        return switch (plain ? text : "") {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Unacceptable("is neither true nor false");
        };
    }

    @Override
    public String expected() {
        return "true or false, without quotes";
    }

    @Override
    public Object shown(Boolean value) {
        return value;
    }
}
