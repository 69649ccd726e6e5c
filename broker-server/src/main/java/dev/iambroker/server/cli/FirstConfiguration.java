package dev.iambroker.server.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** The files that {@code init} makes: all of them, or none. Confined to one thread. */
final class FirstConfiguration {
    private static final FileAttribute<Set<PosixFilePermission>> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWN_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path file;
    private final InitAnswers answers;
    private final Deque<Path> made = new ArrayDeque<>();

    FirstConfiguration(Path file, InitAnswers answers) {
        this.file = file;
        this.answers = answers;
    }

    /** @param key the API key, of logins by one. @throws IOException if that cannot be done; nothing is left of it then */
    void write(char[] key) throws IOException {
        try {
            makeDirectories(file.resolveSibling(".").toAbsolutePath().normalize());
            if (answers.login() == InitAnswers.Login.API_KEY) {
                writeNew(answers.keyFile(file), StandardCharsets.UTF_8.encode(CharBuffer.wrap(key)));
            }
            writeNew(file, StandardCharsets.UTF_8.encode(text()));
        } catch (IOException | RuntimeException failure) {
            undo();
            throw failure;
        }
    }

    private void makeDirectories(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            makeDirectories(directory.resolve("..").normalize());
            Files.createDirectory(directory, OWN_DIRECTORY);
            made.push(directory);
        }
    }

    /** What somebody else made meanwhile stays theirs. */
    private void writeNew(Path path, ByteBuffer content) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(path, options, OWN_FILE)) {
            made.push(path);
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        } finally {
            content.clear();
            content.put(new byte[content.capacity()]);
        }
    }

    private void undo() {
        for (var path : made) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException stays) {
                // The failure that led here says where to look.
            }
        }
    }

    private String text() {
        var name = answers.name();
        return """
                # Which IBM Cloud accounts this broker keeps logged in. After a change: 'iam-broker check-config', then
                # 'systemctl --user reload iam-broker', or SIGHUP to the daemon. docs/configuration.md has every key.

                # The generation of hosts: ibm-cloud, ibm-cloud-private (its private endpoints), bluemix-2019, bluemix-2017.
                cloud: ibm-cloud

                accounts:
                  # The name is yours: 'iam-broker token %1$s', 'iam-broker kubeconfig %1$s --all'.
                  %1$s:
                %2$s
                %3$s

                # You and root may have everything, on this user's own socket; nobody else anything. To let others in:
                #clients:
                #  - name: ci
                #    match: { gid: 1001 }
                #    allow: [ "access:%1$s" ]

                # For programs that speak no Unix socket; they need a client with a secret:
                #listen:
                #  http: { address: 127.0.0.1:8180, open: [livez, readyz] }
                """.formatted(name, login(), accountId());
    }

    private String login() {
        return switch (answers.login()) {
            case API_KEY -> """
                        # Beside this file, readable by its owner alone. A key itself is refused here.
                        api-key: { file: %s-api-key }""".formatted(answers.name()).indent(4).stripTrailing();
            case PASSCODE -> """
                        # A person logs in: 'iam-broker login %s' says where the one-time code is.
                        passcode: {}""".formatted(answers.name()).indent(4).stripTrailing();
            case TRUSTED_PROFILE ->
                """
                        # The compute resource logs in by itself, with the token that its platform keeps in that file.
                        trusted-profile: { profile-name: "%s", cr-token-file: %s }""".formatted(answers.profile(), answers.tokenFile()).indent(4).stripTrailing();
        };
    }

    private String accountId() {
        return answers.accountId() == null
                ? "    # For kubectl; 'iam-broker accounts " + answers.name()
                        + "' lists those that the login reaches:\n"
                        + "    #account-id: 0123456789abcdef0123456789abcdef"
                : "    account-id: \"" + answers.accountId() + "\"";
    }
}
