package dev.iambroker.server.config;

import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * A text of a given form.
 *
 * @param complaint what to say of any other
 */
record TextScalar(String complaint, String expected, Predicate<String> form) implements Scalar<String> {
    private static final int MAX_NAME = 253;
    private static final int MAX_REGION = 40;
    private static final int ACCOUNT_ID_DIGITS = 32;
    private static final int MAX_CLIENT_NAME = 63;
    private static final int SHA256_DIGITS = 64;
    private static final int MAX_UNIT = 255;
    private static final char DELETE = 127;

    static final TextScalar ANY = new TextScalar("is empty", "a text", text -> !text.isEmpty());

    static final TextScalar ACCOUNT_ID = new TextScalar(
            "is no account ID",
            "32 hexadecimal digits",
            text -> text.length() == ACCOUNT_ID_DIGITS && all(text, TextScalar::isHexDigit));

    /** It becomes part of host names. */
    static final TextScalar REGION = new TextScalar(
            "is no region",
            "a name such as us-south",
            text -> isLength(text, MAX_REGION)
                    && all(text, c -> isLowerOrDigit(c) || c == '-')
                    && text.charAt(0) != '-');

    static final TextScalar HOST = new TextScalar(
            "is no host name",
            "a name or address without port, such as broker.example",
            text -> isLength(text, MAX_NAME) && all(text, c -> isLetterOrDigit(c) || ".-:[]_".indexOf(c) >= 0));

    static final TextScalar CLIENT_NAME = new TextScalar(
            "is no client name",
            "letters, digits, '.', '_' and '-', at most 63, the first a letter or digit",
            text -> isLength(text, MAX_CLIENT_NAME)
                    && all(text, c -> isLetterOrDigit(c) || "._-".indexOf(c) >= 0)
                    && isLetterOrDigit(text.charAt(0)));

    /** What the kernel names: it follows every link itself, and marks what was replaced. */
    static final TextScalar PROGRAM = new TextScalar(
            "is no path of a program",
            "an absolute path without . and .. in it, such as /usr/bin/kubectl",
            text -> text.startsWith("/")
                    && text.equals(Path.of(text).normalize().toString())
                    && text.chars().noneMatch(Character::isISOControl)
                    && !text.endsWith(" (deleted)"));

    static final TextScalar SHA256 = new TextScalar(
            "is no SHA-256",
            "64 hexadecimal digits, as sha256sum prints them",
            text -> text.length() == SHA256_DIGITS && all(text, TextScalar::isHexDigit));

    static final TextScalar UNIT = new TextScalar(
            "is no unit that processes belong to",
            "a name such as build.service or docker-0a1b.scope",
            text -> isLength(text, MAX_UNIT)
                    && all(text, c -> isLetterOrDigit(c) || ":_.\\@-".indexOf(c) >= 0)
                    && (text.endsWith(".service") || text.endsWith(".scope")));

    static final TextScalar IAM_ID = new TextScalar(
            "is no IAM ID",
            "what 'iam-broker status --output json' shows as iam_id, such as IBMid-5500000000",
            text -> isLength(text, MAX_NAME) && all(text, c -> c > ' ' && c < DELETE));

    static final TextScalar VARIABLE =
            new TextScalar("is no name of a variable", "a name such as IAM_API_KEY", SecretVariable::isName);

    static final TextScalar CREDENTIAL =
            new TextScalar("is no name of a credential", "a plain file name", SecretCredential::isName);

    @Override
    public String read(String text, boolean plain) throws Unacceptable {
        if (!form.test(text)) {
            throw new Unacceptable(complaint);
        }
        return text;
    }

    private static boolean isLength(String text, int max) {
        return !text.isEmpty() && text.length() <= max;
    }

    private static boolean all(String text, Predicate<Character> kind) {
        return text.chars().allMatch(c -> kind.test((char) c));
    }

    private static boolean isHexDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static boolean isLowerOrDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    }

    private static boolean isLetterOrDigit(char c) {
        return isLowerOrDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
