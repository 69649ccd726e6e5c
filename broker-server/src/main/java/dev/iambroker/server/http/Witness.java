package dev.iambroker.server.http;

import dev.iambroker.client.Caller;
import dev.iambroker.client.Program;
import dev.iambroker.policy.Fact;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at the process at the other end of one connection. Not for two threads at once. */
public interface Witness {
    /** Of a connection whose other end is no process of this machine that could be told. */
    Witness BLIND = new Witness() {
        @Override
        public Program look(Set<Fact> facts) {
            return Program.UNREADABLE;
        }

        @Override
        public boolean isUnchanged() {
            return false;
        }

        @Override
        public @Nullable Caller caller() {
            return null;
        }
    };

    /** What is asked for, and what was seen before; null where it cannot be known for sure. May block on a disk. */
    Program look(Set<Fact> facts);

    /** Whether the process is there and runs what {@link #look} saw. May block on a disk. */
    boolean isUnchanged();

    /** Whether rules ask of the process only since it connected: then nothing is known of it, and it has to connect anew. */
    default boolean isTooLate() {
        return false;
    }

    /** The process that started the one at the other end; null where that cannot be known, or it has ended. */
    @Nullable
    Caller caller();
}
