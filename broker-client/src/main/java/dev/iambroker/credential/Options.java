package dev.iambroker.credential;

import org.jspecify.annotations.Nullable;

/** The command line: what is asked, and of which socket. */
final class Options {

    static final int WAIT_DEFAULT = 10;
    private static final int WAIT_MAX = 60;

    /** Names are far shorter; the request line stays below any limit. */
    private static final int VALUE_MAX = 255;

    private static final String SEE_HELP = ": see 'iam-broker-credential --help'";

    private @Nullable String socket;
    private @Nullable String account;
    private @Nullable String cluster;
    private int wait = -1;
    private boolean help;
    private boolean version;

    private Options() {}

    /** Reads the arguments, with or without the word {@code kube-credential} before them. Stops at help and version. */
    static Options read(String[] arguments) throws Failure {
        Options options = new Options();
        int i = arguments.length > 0 && arguments[0].equals("kube-credential") ? 1 : 0;
        while (i < arguments.length && !options.isQuestion(arguments[i])) {
            i += options.readOne(arguments, i);
        }
        return options;
    }

    private boolean isQuestion(String argument) {
        help = argument.equals("--help");
        version = argument.equals("--version");
        return help || version;
    }

    /** Returns how many arguments the option took. */
    private int readOne(String[] arguments, int i) throws Failure {
        String argument = arguments[i];
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        if (!isKnown(name)) {
            throw new Failure(
                    Failure.USAGE,
                    new Line().add("unknown argument '").text(argument).add("'").add(SEE_HELP));
        }
        if (equals >= 0) {
            store(name, argument.substring(equals + 1));
            return 1;
        }
        store(name, i + 1 < arguments.length ? arguments[i + 1] : "");
        return 2;
    }

    private static boolean isKnown(String name) {
        return name.equals("--account") || name.equals("--cluster") || name.equals("--socket") || name.equals("--wait");
    }

    private void store(String name, String value) throws Failure {
        if (value.isEmpty()) {
            throw new Failure(
                    Failure.USAGE, new Line().add(name).add(" needs a value").add(SEE_HELP));
        }
        if (name.equals("--account")) {
            account = printable(name, value);
        } else if (name.equals("--cluster")) {
            cluster = printable(name, value);
        } else if (name.equals("--socket")) {
            socket = value;
        } else {
            wait = seconds(name, value);
        }
    }

    private static String printable(String name, String value) throws Failure {
        boolean fits = value.length() <= VALUE_MAX;
        for (int i = 0; fits && i < value.length(); i++) {
            fits = value.charAt(i) >= 0x20 && value.charAt(i) <= 0x7E;
        }
        if (!fits) {
            throw new Failure(Failure.USAGE, new Line().add(name).add(" takes 1 to 255 printable ASCII characters"));
        }
        return value;
    }

    private static int seconds(String name, String value) throws Failure {
        int seconds = Durations.seconds(value);
        if (seconds < 0 || seconds > WAIT_MAX) {
            throw new Failure(
                    Failure.USAGE, new Line().add(name).add(" takes a duration from 0s to 60s, such as 10s or PT10S"));
        }
        return seconds;
    }

    @Nullable
    String socket() {
        return socket;
    }

    @Nullable
    String account() {
        return account;
    }

    @Nullable
    String cluster() {
        return cluster;
    }

    /** In seconds, -1 when not given. */
    int waitSeconds() {
        return wait;
    }

    boolean help() {
        return help;
    }

    boolean version() {
        return version;
    }
}
