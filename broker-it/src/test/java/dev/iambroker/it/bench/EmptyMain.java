package dev.iambroker.it.bench;

/** The least that a JVM can do. */
final class EmptyMain {
    private EmptyMain() {}

    public static void main(String[] arguments) {
        // To start and to end is what is measured.
    }
}
