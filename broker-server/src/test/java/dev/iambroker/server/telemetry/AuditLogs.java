package dev.iambroker.server.telemetry;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.store.AuditVault;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Audit logs and events for tests. */
final class AuditLogs {
    static final Instant AT = Instant.parse("2026-03-01T10:00:00.123Z");
    static final ClientIdentity PROCESS = ClientIdentity.ofPeer(new Peer(1000, 1001, Set.of(), 4242, 77));

    private AuditLogs() {}

    /** Counts what a log tells. */
    record Counts(Runnable onRecord, AtomicLong lines, AtomicLong gaps) implements HashChainedAuditLog.Listener {
        Counts(Runnable onRecord) {
            this(onRecord, new AtomicLong(), new AtomicLong());
        }

        Counts() {
            this(() -> {});
        }

        @Override
        public void recorded() {
            lines.incrementAndGet();
            onRecord.run();
        }

        @Override
        public void missed(long events) {
            gaps.addAndGet(events);
        }
    }

    static HashChainedAuditLog open(
            Path file,
            AuditVault vault,
            boolean isRequired,
            LongSupplier nanos,
            HashChainedAuditLog.Listener listener) {
        var settings = new HashChainedAuditLog.Settings(file, isRequired, vault);
        return HashChainedAuditLog.open(
                settings, Thread.ofPlatform().name("audit").factory(), listener, nanos);
    }

    static HashChainedAuditLog open(Path file, AuditVault vault) {
        return open(file, vault, false, System::nanoTime, new Counts());
    }

    static AuditEvent handOut(String account, String fingerprint) {
        return handOut(AT, account, fingerprint);
    }

    static AuditEvent handOut(Instant at, String account, String fingerprint) {
        return new AuditEvent(
                at, PROCESS, "access", account, null, true, "owner", AuditEvent.Source.CACHED, fingerprint);
    }

    static AuditEvent refusal(String account) {
        return new AuditEvent(AT, PROCESS, "access", account, null, false, "nobody");
    }

    static JsonNode json(byte[] answer) {
        return JsonMapper.shared().readTree(answer);
    }
}
