package dev.iambroker.credential;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * {@code iam-broker-credential}: the kubectl exec plugin. Sends KUBERNETES_EXEC_INFO to the broker's daemon over its
 * Unix socket and prints what it answers. The daemon does all the thinking.
 */
public final class Main {

    /** For the daemon's own 504 to arrive before we give up on it. */
    private static final int MARGIN_SECONDS = 2;

    private static final String HELP = """
            Usage: iam-broker-credential [--socket PATH] [--account A] [--cluster C] [--wait 10s]

            The kubectl exec plugin of iam-broker: prints an ExecCredential for the account and cluster,
            or for the cluster that KUBERNETES_EXEC_INFO describes.

              --socket PATH   the daemon's socket; else $IAM_BROKER_SOCKET,
                              $XDG_RUNTIME_DIR/iam-broker/broker.sock, /run/iam-broker/broker.sock
              --account A     the account's alias in broker.yaml
              --cluster C     ID or name of the cluster
              --wait 10s      how long to wait for IAM, at most 60s
              --help          this text
              --version       the version

            Exit codes: 0 done, 1 other failure, 2 usage, 3 daemon not reachable, 4 login required or locked,
            5 denied, 6 IAM unreachable and no usable token, 7 unknown account or cluster.

            Example: iam-broker-credential --account prod --cluster build-cluster
            """;

    private Main() {}

    /** Runs the plugin and ends the process with the contract's exit code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            answer(Options.read(arguments));
            return 0;
        } catch (Failure failure) {
            complain(failure.line());
            return failure.exitCode();
        }
    }

    private static void answer(Options options) throws Failure {
        if (options.help()) {
            print(new Line().add(HELP));
            return;
        }
        if (options.version()) {
            print(new Line().add("iam-broker-credential ").add(Version.VERSION).add("\n"));
            return;
        }
        Exchange exchange = new Exchange(options, Environment.read());
        exchange.start();
        await(exchange, options.waitSeconds() < 0 ? Options.WAIT_DEFAULT : options.waitSeconds());
        try {
            deliver(exchange);
        } finally {
            exchange.wipe();
        }
    }

    private static void await(Exchange exchange, int waitSeconds) throws Failure {
        int limit = waitSeconds + MARGIN_SECONDS;
        try {
            if (exchange.join(Duration.ofSeconds(limit))) {
                return;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        throw new Failure(
                Failure.UNAVAILABLE,
                new Line()
                        .add("no answer from the daemon within ")
                        .number(limit)
                        .add("s: see 'iam-broker status' and the daemon's log"));
    }

    private static void deliver(Exchange exchange) throws Failure {
        Answer answer = exchange.answer();
        if (answer.status() != 200) {
            Line line = new Line();
            answer.explain(line);
            throw new Failure(answer.exitCode(), line);
        }
        print(exchange.received(), answer.bodyStart(), answer.bodyLength());
    }

    private static void print(Line line) throws Failure {
        print(line.bytes(), 0, line.length());
    }

    private static void print(byte[] bytes, int from, int length) throws Failure {
        try {
            write(FileDescriptor.out, bytes, from, length);
        } catch (IOException full) {
            throw new Failure(Failure.OTHER, "cannot write to stdout: the credential was not delivered");
        }
    }

    private static void complain(Line reason) {
        Line out = new Line().add("iam-broker: ").add(reason).add("\n");
        try {
            write(FileDescriptor.err, out.bytes(), 0, out.length());
        } catch (IOException nobodyListens) {
            // The exit code still says it.
            return;
        }
    }

    /** Not through System.out, which encodes; and never closed, as the descriptors are the process's own. */
    @SuppressWarnings("resource")
    private static void write(FileDescriptor to, byte[] bytes, int from, int length) throws IOException {
        new FileOutputStream(to).write(bytes, from, length);
    }
}
