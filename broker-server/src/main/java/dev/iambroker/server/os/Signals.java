package dev.iambroker.server.os;

/** Signals to this process, and by it to a child. */
public enum Signals {
    HUP(1),
    INT(2),
    USR1(10),
    USR2(12),
    TERM(15);

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    /**
     * From now on this signal runs {@code action}, on a thread of the JVM, and does nothing else. One that was ignored when
     * this process began stays ignored.
     */
    public void runs(Runnable action) {
        try {
            HangUp.handle(name(), action);
        } catch (ReflectiveOperationException | RuntimeException keptByTheJvm) {
            // It does then what it does to every JVM.
        }
    }

    /** To a child of this process that has not ended; nothing where that cannot be done. */
    public void sendTo(ProcessHandle child) {
        if (this == TERM) {
            child.destroy();
            return;
        }
        SystemCalls calls = SystemCalls.link();
        int descriptor = calls == null ? -1 : calls.openProcess((int) child.pid());
        if (calls != null && descriptor >= 0) {
            calls.signal(descriptor, number);
            calls.close(descriptor);
        }
    }
}
