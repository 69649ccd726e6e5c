package dev.iambroker.server.config;

import dev.iambroker.account.Nearest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The name of a user or group, or its number, looked up in a file of the form of {@code /etc/passwd} or
 * {@code /etc/group}: both have the name first and its number third.
 *
 * @param what {@code user} or {@code group}
 */
record NameScalar(String what, Path table) implements Scalar<NameScalar.Named> {
    private static final int NUMBER = 2;

    @Override
    public Named read(String text, boolean plain) throws Unacceptable {
        if (IdScalar.isNumber(text)) {
            return new Named(text, new IdScalar().read(text, plain));
        }
        Map<String, Integer> known = known();
        Integer id = known.get(text);
        if (id == null) {
            throw new Unacceptable("is no " + what + " of this machine", Nearest.of(text, known.keySet()));
        }
        return new Named(text, id);
    }

    private Map<String, Integer> known() throws Unacceptable {
        var known = new LinkedHashMap<String, Integer>();
        try {
            // Names from other sources than these files, and comments in them, may be in any encoding.
            for (String line : Files.readAllLines(table, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > NUMBER && IdScalar.fits(fields[NUMBER])) {
                    known.putIfAbsent(fields[0], Integer.valueOf(fields[NUMBER]));
                }
            }
        } catch (IOException e) {
            throw new Unacceptable("cannot be looked up: " + table + " cannot be read");
        }
        return known;
    }

    @Override
    public String expected() {
        return "a name in " + table + ", or its number";
    }

    @Override
    public Object shown(Named value) {
        return value.name().equals(Integer.toString(value.id()))
                ? value.name()
                : value.name() + " (" + value.id() + ")";
    }

    /** A user or group as the configuration names it. */
    record Named(String name, int id) {}
}
