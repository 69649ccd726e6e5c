package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Wish;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What members write for each other below the seal, but for sessions. Holds no secret. */
sealed interface Note {
    /** A member says who it is. */
    record Presence(String host, String version, Instant since) implements Note {}

    /** What a renewer found. */
    record Finding(AccountName account, TokenKind kind, Ending ending) implements Note {}

    /** Somebody uses a token that another renews. */
    record Wished(Wish wish) implements Note {}

    /**
     * A refresh token is about to be presented.
     *
     * @param member that presents it
     * @param fingerprint of the refresh token
     * @param reopened by how many members after the first
     */
    record Intent(String member, String fingerprint, Instant at, int reopened) implements Note {}

    default byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            write(out);
        } catch (IOException e) {
            throw new IllegalStateException("memory can be written to", e);
        }
        return bytes.toByteArray();
    }

    private void write(DataOutputStream out) throws IOException {
        switch (this) {
            case Presence(String host, String version, Instant since) -> {
                out.writeUTF(host);
                out.writeUTF(version);
                out.writeLong(since.toEpochMilli());
            }
            case Finding(AccountName account, TokenKind kind, Ending ending) -> {
                out.writeUTF(account.value());
                out.writeUTF(kind.word());
                out.writeUTF(ending.reason().name());
                out.writeUTF(shortened(ending.message()));
                out.writeUTF(ending.iamCode() == null ? "" : shortened(ending.iamCode()));
                out.writeLong(ending.at().toEpochMilli());
            }
            case Wished(Wish wish) -> {
                out.writeUTF(wish.account().value());
                out.writeUTF(wish.kind().word());
                out.writeBoolean(wish.isForced());
            }
            case Intent(String member, String fingerprint, Instant at, int reopened) -> {
                out.writeUTF(member);
                out.writeUTF(fingerprint);
                out.writeLong(at.toEpochMilli());
                out.writeInt(reopened);
            }
        }
    }

    /** IAM words its errors, at any length. */
    private static String shortened(String text) {
        return text.length() > 2_000 ? text.substring(0, 2_000) : text;
    }

    /** @throws IllegalArgumentException if {@code bytes} are none */
    static Presence presence(byte[] bytes) {
        return read(bytes, in -> new Presence(in.readUTF(), in.readUTF(), Instant.ofEpochMilli(in.readLong())));
    }

    /** @throws IllegalArgumentException if {@code bytes} are none */
    static Finding finding(byte[] bytes) {
        return read(bytes, in -> new Finding(new AccountName(in.readUTF()), kind(in), ending(in)));
    }

    private static Ending ending(DataInputStream in) throws IOException {
        Ending.Reason reason = Ending.Reason.valueOf(in.readUTF());
        String message = in.readUTF();
        return new Ending(reason, message, orNull(in.readUTF()), Instant.ofEpochMilli(in.readLong()));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** @throws IllegalArgumentException if {@code bytes} are none */
    static Wished wished(byte[] bytes) {
        return read(bytes, in -> new Wished(new Wish(new AccountName(in.readUTF()), kind(in), in.readBoolean())));
    }

    /** @throws IllegalArgumentException if {@code bytes} are none */
    static Intent intent(byte[] bytes) {
        return read(
                bytes, in -> new Intent(in.readUTF(), in.readUTF(), Instant.ofEpochMilli(in.readLong()), in.readInt()));
    }

    private static TokenKind kind(DataInputStream in) throws IOException {
        return TokenKind.ofWord(in.readUTF())
                .orElseThrow(() -> new IllegalArgumentException("another version's kind of token"));
    }

    private static <N> N read(byte[] bytes, Reading<N> reading) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return reading.from(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("cut short, or another version's", e);
        }
    }

    /** One form. */
    @FunctionalInterface
    interface Reading<N> {
        N from(DataInputStream in) throws IOException;
    }
}
