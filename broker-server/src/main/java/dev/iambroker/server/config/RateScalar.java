package dev.iambroker.server.config;

import dev.iambroker.policy.Rate;

/** How many requests a client may make. */
record RateScalar() implements Scalar<Rate> {
    @Override
    public Rate read(String text, boolean plain) throws Unacceptable {
        return Rate.parse(text).orElseThrow(() -> new Unacceptable("is no rate"));
    }

    @Override
    public String expected() {
        return Rate.FORM;
    }

    @Override
    public Object shown(Rate value) {
        return value.toString();
    }
}
