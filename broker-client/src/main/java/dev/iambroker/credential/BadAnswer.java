package dev.iambroker.credential;

/** An answer that cannot be used; {@link #trouble} says what is wrong with it, never what is in it. */
final class BadAnswer extends Exception {

    private final String trouble;

    BadAnswer(String trouble) {
        super(null, null, false, false);
        this.trouble = trouble;
    }

    String trouble() {
        return trouble;
    }
}
