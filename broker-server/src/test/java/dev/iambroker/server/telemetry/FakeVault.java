package dev.iambroker.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A vault in memory. Remembers every head it kept. Thread-safe. */
final class FakeVault implements AuditVault {
    private final byte[] key;
    private final List<byte[]> heads = new ArrayList<>();
    private byte @Nullable [] mark;
    private boolean isMarkFailing;
    private boolean isMarkDamaged;
    private boolean isFailing;
    private boolean isDamaged;

    FakeVault(String key) {
        this.key = key.getBytes(UTF_8);
    }

    @Override
    public byte[] mac(byte[] record) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(record);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized byte @Nullable [] head() {
        if (isDamaged) {
            throw new StoreFailure("audit.head was changed");
        }
        return heads.isEmpty() ? null : heads.getLast();
    }

    @Override
    public synchronized void saveHead(byte[] head) {
        if (isFailing) {
            throw new StoreFailure("no space left");
        }
        isDamaged = false;
        heads.add(head);
    }

    @Override
    public synchronized byte @Nullable [] mark() {
        if (isMarkDamaged) {
            throw new StoreFailure("the keyring was changed");
        }
        return mark;
    }

    @Override
    public synchronized void saveMark(byte[] newMark) {
        if (isFailing || isMarkFailing) {
            throw new StoreFailure("no space left");
        }
        isMarkDamaged = false;
        mark = newMark;
    }

    /** From now on the mark that is kept is this one, null for one that says that no log was begun. */
    synchronized void keepMark(byte @Nullable [] newMark) {
        mark = newMark;
    }

    /** From now on the head that is kept is this one, null for none. */
    synchronized void keep(byte @Nullable [] head) {
        heads.clear();
        if (head != null) {
            heads.add(head);
        }
    }

    synchronized void failMarks(boolean failing) {
        isMarkFailing = failing;
    }

    synchronized void fail(boolean failing) {
        isFailing = failing;
    }

    synchronized void damageMark() {
        isMarkDamaged = true;
    }

    synchronized void damage() {
        isDamaged = true;
    }

    synchronized int saved() {
        return heads.size();
    }
}
