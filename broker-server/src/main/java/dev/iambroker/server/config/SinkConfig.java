package dev.iambroker.server.config;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that the daemon keeps a token in, for programs that read nothing else.
 *
 * @param cluster id or name; null for none
 * @param isPrivate whether a kubeconfig names the cluster's private address
 * @param path absolute; no other sink has it
 * @param uid of the file's owner, null for the daemon's own user
 * @param gid of the file's group, null for whatever the directory gives it
 * @param minTtl the life that the token in the file should always have
 * @param onChange what is told of a change, null for nothing
 */
public record SinkConfig(
        AccountName account,
        TokenKind kind,
        @Nullable String cluster,
        boolean isPrivate,
        Format format,
        Path path,
        FileMode mode,
        @Nullable Integer uid,
        @Nullable Integer gid,
        Duration minTtl,
        @Nullable OnChange onChange) {
    public static final FileMode DEFAULT_MODE = new FileMode(0600);
    public static final Duration DEFAULT_MIN_TTL = Duration.ofMinutes(5);

    /** What stands around the token. */
    public enum Format {
        TOKEN("token"),
        HEADER("header"),
        ENV("env"),
        KUBECONFIG("kubeconfig");

        private final String word;

        Format(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** Who is told that the file has changed. */
    public sealed interface OnChange {
        Duration DEFAULT_DEBOUNCE = Duration.ofSeconds(2);
        Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

        /** How long after a change; all changes within it are told of once. */
        Duration debounce();

        /**
         * A command, run without a shell.
         *
         * @param argv not empty; a program with a slash in its name is an absolute path
         * @param timeout after which it is killed
         */
        record Command(List<String> argv, Duration timeout, Duration debounce) implements OnChange {
            public Command {
                argv = List.copyOf(argv);
            }

            /** An argument may be a secret. */
            @Override
            public String toString() {
                return "command " + argv.getFirst();
            }
        }

        /** A signal to the process whose number is in that file. */
        record Signal(Name name, Path pidFile, Duration debounce) implements OnChange {}

        /** The signals by which programs are told to read their files again, or to end. */
        enum Name {
            HUP,
            USR1,
            USR2,
            TERM
        }
    }
}
