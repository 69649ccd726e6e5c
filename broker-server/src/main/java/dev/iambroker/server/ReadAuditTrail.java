package dev.iambroker.server;

import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.server.http.AuditTrail;
import dev.iambroker.server.telemetry.AuditReader;
import dev.iambroker.store.StoreFailure;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The daemon's own audit log, read for its routes; one question at a time, since each may read the whole of it. */
record ReadAuditTrail(AuditReader reader, ReentrantLock turn) implements AuditTrail {
    ReadAuditTrail(AuditReader reader) {
        this(reader, new ReentrantLock());
    }

    @Override
    public byte[] verify(long from) {
        return inTurn(() -> reader.verify(from));
    }

    @Override
    public byte[] records(int limit, long after) {
        return inTurn(() -> reader.records(limit, after));
    }

    @Override
    public byte[] holders(String fingerprint) {
        return inTurn(() -> reader.holders(fingerprint));
    }

    private byte[] inTurn(Supplier<byte[]> question) {
        turn.lock();
        try {
            return question.get();
        } catch (StoreFailure e) {
            throw new BrokerFailure.StoreFailed(String.valueOf(e.getMessage()), About.NOTHING);
        } finally {
            turn.unlock();
        }
    }
}
