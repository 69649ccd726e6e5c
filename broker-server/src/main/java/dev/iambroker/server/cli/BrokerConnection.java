package dev.iambroker.server.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** One exchange with the daemon over its Unix socket. */
final class BrokerConnection {
    private static final String START_IT =
            "start the daemon with 'iam-broker serve', or name its socket with --socket or IAM_BROKER_SOCKET";

    private final Path socket;

    BrokerConnection(Path socket) {
        this.socket = socket;
    }

    /** @throws CommandFailure when there was no answer in time, or none that a broker would give */
    BrokerAnswer exchange(BrokerRequest request) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                var alarm = Alarm.closing(channel, request.limit())) {
            try {
                return exchange(channel, request);
            } catch (IOException failure) {
                throw alarm.rang() ? tooSlow(request) : noAnswer(failure);
            }
        } catch (IOException failure) {
            throw noAnswer(failure);
        }
    }

    private BrokerAnswer exchange(SocketChannel channel, BrokerRequest request) throws IOException {
        connect(channel);
        if (request.isSecret()) {
            PeerCheck.requireTrusted(channel, socket);
        }
        send(channel, request);
        return new AnswerReader(new BufferedInputStream(Channels.newInputStream(channel))).read();
    }

    private void connect(SocketChannel channel) throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (ClosedChannelException slow) {
            throw slow;
        } catch (IOException refused) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "the daemon is not reachable at " + socket + " (" + refused.getMessage() + "): " + advice(refused));
        }
    }

    private static String advice(IOException refused) {
        return String.valueOf(refused.getMessage()).contains("ermission")
                ? "ask whoever runs the daemon to let you use its socket"
                : START_IT;
    }

    /** A daemon that refuses may answer before it has read everything; its answer says more than a broken pipe. */
    private static void send(SocketChannel channel, BrokerRequest request) throws IOException {
        var buffers = new ByteBuffer[] {ByteBuffer.wrap(request.head()), ByteBuffer.wrap(request.body())};
        try {
            while (buffers[0].hasRemaining() || buffers[1].hasRemaining()) {
                channel.write(buffers);
            }
        } catch (ClosedChannelException late) {
            throw late;
        } catch (IOException refusedEarly) {
            // Reading the answer tells whether there is one.
        }
    }

    private CommandFailure tooSlow(BrokerRequest request) {
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "the daemon at " + socket + " did not answer within "
                        + request.limit().toSeconds() + " s: look at its log, or start it again");
    }

    private CommandFailure noAnswer(IOException failure) {
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "no answer from the daemon at " + socket + " (" + failure.getMessage() + "): look at its log");
    }
}
