package dev.iambroker.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the number of a user or group; 32 bits, unsigned. */
final class IdNumber implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException notOne) {
            throw new TypeConversionException("a user or a group is a number such as 1000: 'id' shows them");
        }
    }
}
