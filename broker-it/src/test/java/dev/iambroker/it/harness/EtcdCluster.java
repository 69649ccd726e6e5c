package dev.iambroker.it.harness;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.emulator.tls.CertificateAuthority;
import dev.iambroker.emulator.tls.Certified;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A cluster of three {@code etcd} processes on loopback: mutual TLS for clients and among its members, and a strait before
 * each member, by which the others reach it. Closing it ends them and deletes what they wrote. Confined to one thread at a
 * time.
 */
public final class EtcdCluster implements AutoCloseable {
    public static final int SIZE = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long LOOK_MILLIS = 100;

    private final Path directory;
    private final CertificateAuthority authority = new CertificateAuthority("etcd", new SecureRandom());
    private final List<EtcdMember> members = new ArrayList<>();
    private final List<String> user = new ArrayList<>();

    private EtcdCluster(Path directory) {
        this.directory = directory;
    }

    /** Starts one; the test is skipped where there is no etcd. Returns when each member answers. */
    public static EtcdCluster start() throws IOException, InterruptedException {
        return start(null);
    }

    /** As {@link #start()}; what a user logs in for is good for {@code ofTokens}, whole seconds. */
    public static EtcdCluster withTokensOf(Duration ofTokens) throws IOException, InterruptedException {
        return start(ofTokens);
    }

    private static EtcdCluster start(@Nullable Duration ofTokens) throws IOException, InterruptedException {
        Needs.program("etcd", "etcd-server");
        Needs.program("etcdctl", "etcd-client");
        EtcdCluster cluster = new EtcdCluster(Files.createTempDirectory("iam-broker-it-etcd-"));
        try {
            cluster.makeMembers();
            if (ofTokens != null) {
                cluster.signTokens(ofTokens);
            }
            for (EtcdMember member : cluster.members) {
                member.start();
            }
            cluster.awaitAnswers();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void makeMembers() throws IOException {
        Files.writeString(caFile(), authority.pem());
        certify("member");
        certify("client");
        for (int i = 0; i < SIZE; i++) {
            members.add(EtcdMember.in(directory, "m" + i));
        }
        String all = members.stream()
                .map(member -> member.name() + "=" + member.peerUrl())
                .collect(Collectors.joining(","));
        members.forEach(member -> member.cluster(all));
    }

    private void signTokens(Duration life) throws IOException {
        Path key = directory.resolve("token.key");
        Path publicKey = directory.resolve("token.pem");
        KeyPair pair = rsa();
        Files.writeString(key, pem("PRIVATE KEY", pair.getPrivate()));
        Files.writeString(publicKey, pem("PUBLIC KEY", pair.getPublic()));
        List<String> options = List.of(
                "--auth-token",
                "jwt,pub-key=%s,priv-key=%s,sign-method=RS256,ttl=%ds".formatted(publicKey, key, life.toSeconds()));
        members.forEach(member -> member.options(options));
    }

    private static KeyPair rsa() {
        try {
            return KeyPairGenerator.getInstance("RSA").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    private static String pem(String what, Key key) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, base64, what);
    }

    /** Makes {@code NAME.pem} and {@code NAME.key} with a certificate that members and clients accept. */
    private void certify(String name) throws IOException {
        Certified certified = authority.certified();
        Files.writeString(directory.resolve(name + ".pem"), certified.certificate());
        Path key = Files.writeString(directory.resolve(name + ".key"), certified.key());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    /** Where clients reach each member, without a strait between. */
    public List<Integer> ports() {
        return members.stream().map(EtcdMember::port).toList();
    }

    public List<EtcdMember> members() {
        return List.copyOf(members);
    }

    public Path caFile() {
        return directory.resolve("ca.pem");
    }

    public Path clientCertFile() {
        return directory.resolve("client.pem");
    }

    public Path clientKeyFile() {
        return directory.resolve("client.key");
    }

    /** Parts a member from the others, in both directions; its clients reach it still. */
    public void cutOff(EtcdMember member) throws IOException {
        for (EtcdMember each : members) {
            if (each == member) {
                each.strait().cut();
            } else {
                each.strait().cutFor(member.pid());
            }
        }
    }

    /** Joins all members again. */
    public void join() {
        members.forEach(member -> member.strait().open());
    }

    /** Waits until each member answers with what a majority agrees on. */
    public void awaitAnswers() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (EtcdMember member : members) {
            while (ctl(member, "get", "nothing").exitCode() != 0) {
                if (System.nanoTime() > end || !member.isAlive()) {
                    throw new AssertionError("etcd does not answer within " + PATIENCE + ":\n" + member.log());
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    /** Runs {@code etcdctl} against that member. */
    public Ran ctl(EtcdMember member, Object... arguments) throws IOException, InterruptedException {
        return Program.of("etcdctl", "--endpoints", "https://127.0.0.1:" + member.port())
                .with("--cacert", caFile(), "--cert", clientCertFile(), "--key", clientKeyFile())
                .with("--command-timeout", "3s")
                .with(user.toArray())
                .with(arguments)
                .env("ETCDCTL_API", 3)
                .run();
    }

    /**
     * From now on asks everybody for a name and a password.
     *
     * @param name of a user who may read and write below {@code prefix}
     * @param stranger name of one who may do nothing; both have that password
     */
    public void demandUsers(String name, String stranger, String password, String prefix)
            throws IOException, InterruptedException {
        must("role", "add", "fleet");
        must("role", "grant-permission", "fleet", "--prefix=true", "readwrite", prefix + "/");
        for (String each : List.of("root", name, stranger)) {
            must("user", "add", each + ":" + password);
        }
        must("user", "grant-role", name, "fleet");
        must("user", "grant-role", "root", "root");
        must("auth", "enable");
        user.addAll(List.of("--user", "root:" + password));
    }

    @CanIgnoreReturnValue
    private String must(Object... arguments) throws IOException, InterruptedException {
        Ran ran = ctl(members.getFirst(), arguments);
        if (ran.exitCode() != 0) {
            throw new AssertionError(ran.all());
        }
        return ran.out();
    }

    /** A key and its value, a character for each byte. */
    public record Entry(String key, String value) {}

    /** All that is stored now. */
    public List<Entry> dump() throws IOException, InterruptedException {
        String all = must("get", "", "--prefix", "--write-out", "json");
        List<Entry> entries = new ArrayList<>();
        for (JsonNode pair : JsonMapper.shared().readTree(all).path("kvs")) {
            entries.add(new Entry(bytes(pair.path("key")), bytes(pair.path("value"))));
        }
        return entries;
    }

    private static String bytes(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asString("")), StandardCharsets.ISO_8859_1);
    }

    /** The files of all members, a character for each byte: what is stored, and what was stored before. */
    public List<String> files() throws IOException {
        List<String> contents = new ArrayList<>();
        for (EtcdMember member : members) {
            try (Stream<Path> files = Files.walk(member.data())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    contents.add(written(file));
                }
            }
        }
        return contents;
    }

    /** Without the zeros at its end: a log takes its disk in advance. */
    private static String written(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    }

    /** Which member leads; -1 while none does. */
    public int leader() throws IOException, InterruptedException {
        return IntStream.range(0, SIZE).filter(this::isLeader).findFirst().orElse(-1);
    }

    private boolean isLeader(int i) {
        try {
            JsonNode status = status(members.get(i));
            String own = status.path("header").path("member_id").asString("none");
            return own.equals(status.path("leader").asString(""));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How often a leader was elected, as far as any member knows. */
    public long term() throws IOException, InterruptedException {
        long term = 0;
        for (EtcdMember member : members) {
            term = Math.max(term, status(member).path("raftTerm").asLong(0));
        }
        return term;
    }

    /** Forgets all changes up to now: who has not heard of one can no longer be told. */
    public void compact() throws IOException, InterruptedException {
        long revision =
                status(members.getFirst()).path("header").path("revision").asLong(0);
        must("compact", revision);
    }

    private JsonNode status(EtcdMember member) throws IOException, InterruptedException {
        String out = ctl(member, "endpoint", "status", "--write-out", "json").out();
        return JsonMapper.shared().readTree(out.isEmpty() ? "{}" : out).path(0).path("Status");
    }

    @Override
    public void close() throws IOException {
        members.forEach(EtcdMember::close);
        Workplace.delete(directory);
    }
}
