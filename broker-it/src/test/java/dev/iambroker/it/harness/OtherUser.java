package dev.iambroker.it.harness;

/** Programs run as users who own nothing here; takes root. */
public final class OtherUser {
    /** Of the user and of the group. */
    public static final int NOBODY = 65534;

    private OtherUser() {}

    public static Program nobody(Object... command) {
        return as(NOBODY, command);
    }

    /** In no group but that of nobody, and with no right that this process has. */
    public static Program as(int uid, Object... command) {
        return Program.of("setpriv", "--reuid=" + uid, "--regid=" + NOBODY, "--clear-groups", "--inh-caps=-all")
                .with(command);
    }
}
