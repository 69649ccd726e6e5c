package dev.iambroker.account;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The alias by which the configuration and every client name an account. Safe as a file name. */
public record AccountName(String value) implements Comparable<AccountName> {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    public AccountName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("an account alias matches " + FORM);
        }
    }

    /** Whether {@code value} could be an alias. */
    public static boolean isValid(String value) {
        return FORM.matcher(value).matches();
    }

    @Override
    public int compareTo(AccountName other) {
        return value.compareTo(other.value);
    }

    // Both by hand: the JVM makes those of records at run time, and each start and the first requests after it would
    // wait.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AccountName name && value.equals(name.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
