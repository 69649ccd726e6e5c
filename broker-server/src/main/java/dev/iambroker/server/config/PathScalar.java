package dev.iambroker.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A path; a relative one starts at the directory of the configuration file. */
record PathScalar(Path base) implements Scalar<Path> {
    @Override
    public Path read(String text, boolean plain) throws Unacceptable {
        if (text.isEmpty()) {
            throw new Unacceptable("is empty");
        }
        if (text.equals("~") || text.startsWith("~/")) {
            throw new Unacceptable("starts with ~, which only a shell replaces");
        }
        try {
            return base.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw new Unacceptable("is no path");
        }
    }

    @Override
    public String expected() {
        return "a path, best an absolute one";
    }
}
