package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of the keys below a prefix. An account stands there by a hash of its alias: what reads etcd reads no alias.
 * Thread-safe.
 */
final class Keyspace {
    private static final int ID_DIGITS = 32;

    private final String root;
    /** An id is needed at each look for a token; there are as many as accounts are configured. */
    private final Map<AccountName, String> ids = new ConcurrentHashMap<>();

    /** @param prefix without a slash at its end */
    Keyspace(String prefix) {
        this.root = prefix + "/";
    }

    /** What all keys begin with. */
    String root() {
        return root;
    }

    String id(AccountName account) {
        String known = ids.get(account);
        return known == null ? ids.computeIfAbsent(account, Keyspace::hash) : known;
    }

    private static String hash(AccountName account) {
        return Bytes.of("iam-broker account " + account.value()).sha256().substring(0, ID_DIGITS);
    }

    String seal() {
        return root + "seal";
    }

    String member(String member) {
        return key(Kind.MEMBER, member);
    }

    String renewer(String id) {
        return key(Kind.RENEWER, id);
    }

    String want(String id) {
        return key(Kind.WANT, id);
    }

    String session(String id) {
        return key(Kind.SESSION, id);
    }

    String intent(String id) {
        return key(Kind.INTENT, id);
    }

    String ending(String id, TokenKind token) {
        return key(Kind.ENDING, id + "/" + token.word());
    }

    String wish(String id, TokenKind token, String member) {
        return key(Kind.WISH, id + "/" + token.word() + "/" + member);
    }

    private String key(Kind kind, String rest) {
        return root + kind.word + "/" + rest;
    }

    /** The id of the account that a session or an ending is of. */
    String account(String key) {
        int from = key.indexOf('/', root.length()) + 1;
        int slash = key.indexOf('/', from);
        return key.substring(from, slash < 0 ? key.length() : slash);
    }

    /** What {@code key} is; null where it is none of these. */
    @Nullable
    Place place(String key) {
        int slash = key.indexOf('/', root.length());
        if (!key.startsWith(root) || slash < 0) {
            return null;
        }
        String word = key.substring(root.length(), slash);
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(word)) {
                return new Place(kind, key.substring(slash + 1));
            }
        }
        return null;
    }

    /** @param rest what follows the kind and its slash */
    record Place(Kind kind, String rest) {}

    enum Kind {
        MEMBER("member"),
        RENEWER("renewer"),
        WANT("want"),
        SESSION("session"),
        INTENT("intent"),
        ENDING("ending"),
        WISH("wish");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }
}
