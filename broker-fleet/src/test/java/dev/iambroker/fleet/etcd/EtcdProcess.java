package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One etcd on loopback that wants a certificate of its clients. */
final class EtcdProcess implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final Process process;

    private EtcdProcess(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Why it cannot be started here; null where it can. */
    static @Nullable String missing() {
        for (String program : List.of("etcd", "etcdctl", "openssl")) {
            if (!isThere(program)) {
                return program + " is not installed";
            }
        }
        return null;
    }

    private static boolean isThere(String program) {
        for (String folder : String.valueOf(System.getenv("PATH")).split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** @param folder empty, and the caller's */
    static EtcdProcess start(Path folder) throws IOException, InterruptedException {
        certificates(folder);
        int port = freePort();
        String url = "https://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + freePort();
        Process process = new ProcessBuilder(
                        "etcd",
                        "--data-dir=" + folder.resolve("data"),
                        "--listen-client-urls=" + url,
                        "--advertise-client-urls=" + url,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=default=" + peer,
                        "--cert-file=" + folder.resolve("server.pem"),
                        "--key-file=" + folder.resolve("server.key"),
                        "--trusted-ca-file=" + folder.resolve("ca.pem"),
                        "--client-cert-auth")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        var etcd = new EtcdProcess(folder, port, process);
        etcd.awaitReady();
        return etcd;
    }

    private static void certificates(Path folder) throws IOException, InterruptedException {
        run(
                folder,
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=ca",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem");
        Files.writeString(
                folder.resolve("names"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
        for (String name : List.of("server", "client")) {
            run(
                    folder,
                    "req",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-subj",
                    "/CN=" + name,
                    "-keyout",
                    name + ".key",
                    "-out",
                    name + ".csr");
            run(
                    folder,
                    "x509",
                    "-req",
                    "-in",
                    name + ".csr",
                    "-CA",
                    "ca.pem",
                    "-CAkey",
                    "ca.key",
                    "-CAcreateserial",
                    "-days",
                    "2",
                    "-extfile",
                    "names",
                    "-out",
                    name + ".pem");
        }
        run(
                folder,
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=other",
                "-keyout",
                "other.key",
                "-out",
                "other.pem");
    }

    private static void run(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("openssl failed: " + Files.readString(folder.resolve("openssl.log")));
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        for (int attempt = 0; attempt < 300; attempt++) {
            if (Files.readString(folder.resolve("log")).contains("serving client requests")
                    || Files.readString(folder.resolve("log")).contains("ready to serve client requests")) {
                return;
            }
            if (!process.isAlive()) {
                break;
            }
            Thread.sleep(100);
        }
        throw new IOException("etcd does not start: " + Files.readString(folder.resolve("log")));
    }

    FleetSettings settings() {
        return settings("ca.pem", "client", null);
    }

    /** @param client whose certificate is presented, null for none */
    FleetSettings settings(String ca, @Nullable String client, @Nullable String username) {
        return new FleetSettings(
                List.of(URI.create("https://127.0.0.1:" + port)),
                "/iam-broker",
                folder.resolve(ca).toString(),
                client == null ? null : folder.resolve(client + ".pem").toString(),
                client == null ? null : folder.resolve(client + ".key").toString(),
                username,
                username == null ? null : source("wrong"),
                source("0123456789abcdef0123456789abcdef"));
    }

    /** As an administrator of etcd does. */
    void control(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "etcdctl",
                "--endpoints=https://127.0.0.1:" + port,
                "--cacert=" + folder.resolve("ca.pem"),
                "--cert=" + folder.resolve("client.pem"),
                "--key=" + folder.resolve("client.key")));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("etcdctl.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("ETCDCTL_API", "3");
        Process running = builder.start();
        if (!running.waitFor(30, TimeUnit.SECONDS) || running.exitValue() != 0) {
            throw new IOException("etcdctl failed: " + Files.readString(log));
        }
    }

    static SecretSource source(String text) {
        return new SecretSource() {
            @Override
            public Secret read() {
                return Secret.of(text);
            }

            @Override
            public String describe() {
                return "file of the test";
            }
        };
    }

    /** Stops it without its knowing, as a machine that hangs. */
    void hang(boolean isHanging) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", isHanging ? "-STOP" : "-CONT", Long.toString(process.pid())).start();
        kill.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
