package dev.iambroker.server.config;

import dev.iambroker.policy.Right;

/** A right as a client's rule allows it. */
record RightScalar() implements Scalar<Right> {
    @Override
    public Right read(String text, boolean plain) throws Unacceptable {
        return Right.parse(text).orElseThrow(() -> new Unacceptable("is no right"));
    }

    @Override
    public String expected() {
        return Right.FORM;
    }
}
