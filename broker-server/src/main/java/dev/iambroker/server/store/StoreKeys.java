package dev.iambroker.server.store;

import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * What the keyring holds.
 *
 * @param data seals sessions
 * @param previous sealed those that a rotation has not come to yet; null outside of one
 * @param audit proves the audit log
 */
record StoreKeys(SecretKey data, @Nullable SecretKey previous, SecretKey audit) {
    @Override
    public String toString() {
        return "the keys of a store";
    }
}
