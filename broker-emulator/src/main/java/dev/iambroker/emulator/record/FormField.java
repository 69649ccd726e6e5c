package dev.iambroker.emulator.record;

/** One field of a form, decoded. */
public record FormField(String name, String value) {
    @Override
    public String toString() {
        return name + "=…";
    }
}
