package dev.iambroker.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Session tokens of the metadata routes: in memory alone, each as its digest, and good for the client that opened it and
 * nobody else. Thread-safe.
 */
public final class MetadataSessions {
    static final Duration SHORTEST = Duration.ofSeconds(5);
    static final Duration LONGEST = Duration.ofHours(1);

    /** An SDK uses one within milliseconds and forgets it; of more, the oldest give way. */
    static final int MOST_OF_A_CLIENT = 64;

    private static final int TOKEN_BYTES = 32;

    private final Map<Holder, Deque<Session>> sessions = new HashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;
    private final InstantSource clock;

    /**
     * @param nanos monotonic clock
     * @param clock wall clock
     */
    public MetadataSessions(LongSupplier nanos, InstantSource clock) {
        this.nanos = nanos;
        this.clock = clock;
    }

    /** @param uid of a peer, null over TCP */
    private record Holder(@Nullable Integer uid, Set<String> clients) {
        static Holder of(ClientIdentity client) {
            Peer peer = client.peer();
            return new Holder(peer == null ? null : peer.uid(), client.provenClients());
        }
    }

    private static final class Session {
        private final byte[] digest;
        private final long end;

        private Session(byte[] digest, long end) {
            this.digest = digest;
            this.end = end;
        }
    }

    /** A session that was opened. */
    record Opened(Secret token, Instant from, Duration life) {}

    /** @param life from {@link #SHORTEST} to {@link #LONGEST} */
    Opened open(ClientIdentity client, Duration life) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        Secret token = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        add(Holder.of(client), new Session(digest(token), nanos.getAsLong() + life.toNanos()));
        return new Opened(token, clock.instant(), life);
    }

    private synchronized void add(Holder holder, Session session) {
        sessions.values().forEach(this::dropEnded);
        sessions.values().removeIf(Deque::isEmpty);
        Deque<Session> own = sessions.computeIfAbsent(holder, absent -> new ArrayDeque<>());
        if (own.size() == MOST_OF_A_CLIENT) {
            own.removeFirst();
        }
        own.addLast(session);
    }

    private void dropEnded(Deque<Session> own) {
        long now = nanos.getAsLong();
        own.removeIf(session -> session.end - now <= 0);
    }

    /** Whether {@code client} opened the session of {@code token}, and it has not ended. */
    synchronized boolean isOpen(ClientIdentity client, Secret token) {
        byte[] digest = digest(token);
        Deque<Session> own = sessions.getOrDefault(Holder.of(client), new ArrayDeque<>());
        dropEnded(own);
        boolean isOpen = false;
        // All are compared, each in constant time.
        for (Session session : own) {
            isOpen |= MessageDigest.isEqual(session.digest, digest);
        }
        return isOpen;
    }

    @Reveals("a session token becomes input of a digest, in memory only")
    private static byte[] digest(Secret token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.reveal().getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
