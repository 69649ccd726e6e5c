package dev.iambroker.server.store;

import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.json.JsonTree;
import dev.iambroker.store.StoredSession;
import dev.iambroker.store.StoredToken;
import dev.iambroker.store.Uptime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is under the encryption. Unknown fields and token kinds are passed over, so that an older broker reads a newer session. */
final class SessionJson {
    private static final JsonTree JSON = new JsonTree(JsonFactory.builder()
            // A recycled buffer would keep the refresh token of the last session.
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build());
    private static final String FILE = "file";
    private static final String LOGIN = "login";
    private static final String REFRESH_TOKEN = "refresh_token";
    private static final String PREVIOUS_REFRESH_TOKEN = "previous_refresh_token";
    private static final String REFRESH_TOKEN_EXPIRES_AT = "refresh_token_expires_at";
    private static final String BOUND_ACCOUNT_ID = "bound_account_id";
    private static final String IAM_ID = "iam_id";
    private static final String IMPORTED_FINGERPRINT = "imported_fingerprint";
    private static final String DISABLED = "disabled";
    private static final String TOKENS = "tokens";
    private static final String KIND = "kind";
    private static final String CLUSTER = "cluster";

    /** A kind of its own on disk: an older broker would hand the token of a cluster out as that of IAM. */
    private static final String OPENSHIFT = "openshift";

    private static final String VALUE = "value";
    private static final String ACQUIRED_AT = "acquired_at";
    private static final String ACQUIRED_BOOT = "acquired_boot";
    private static final String ACQUIRED_UPTIME = "acquired_uptime";
    private static final String LIFE = "life";
    private static final String EXPIRES_AT = "expires_at";
    private static final String SCOPE = "scope";

    private SessionJson() {}

    /** @param file the {@link FileIdentity#text()} of the file that holds it; null where none does */
    static byte[] write(StoredSession session, @Nullable String file) {
        ObjectNode root = JsonTree.object();
        if (file != null) {
            root.put(FILE, file);
        }
        root.put(LOGIN, session.login());
        root.put(REFRESH_TOKEN, clear(session.refreshToken()));
        root.put(PREVIOUS_REFRESH_TOKEN, clear(session.previousRefreshToken()));
        root.put(REFRESH_TOKEN_EXPIRES_AT, string(session.refreshTokenExpiresAt()));
        root.put(BOUND_ACCOUNT_ID, session.boundAccountId());
        root.put(IAM_ID, session.iamId());
        root.put(IMPORTED_FINGERPRINT, session.importedFingerprint());
        root.put(DISABLED, session.disabled());
        var tokens = root.putArray(TOKENS);
        session.tokens().forEach(token -> write(token, tokens.addObject()));
        return JSON.write(root);
    }

    private static void write(StoredToken token, ObjectNode node) {
        node.put(KIND, token.cluster() == null ? token.kind().word() : OPENSHIFT);
        node.put(CLUSTER, token.cluster());
        node.put(VALUE, clear(token.value()));
        node.put(ACQUIRED_AT, token.acquiredAt().toString());
        Uptime uptime = token.acquiredUptime();
        node.put(ACQUIRED_BOOT, uptime == null ? null : uptime.boot());
        node.put(ACQUIRED_UPTIME, uptime == null ? null : uptime.elapsed().toString());
        node.put(LIFE, token.life().toString());
        node.put(EXPIRES_AT, token.expiresAt().toString());
        node.put(SCOPE, token.scope());
    }

    @Reveals("into bytes that are encrypted before they reach a file")
    private static @Nullable String clear(@Nullable Secret secret) {
        return secret == null ? null : secret.reveal();
    }

    private static @Nullable String string(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /**
     * A session as it was found.
     *
     * @param file which file it was written to; null where an older broker wrote it
     */
    record Found(StoredSession session, @Nullable String file) {}

    static Found read(byte[] clear) throws Damaged {
        try {
            JsonNode root = JSON.read(clear);
            return new Found(session(root), text(root, FILE));
        } catch (JacksonException | DateTimeException e) {
            // Not chained: such a message may quote the input.
            throw new Damaged("its content is not a session");
        }
    }

    /** The same content, in {@code file}: also what this broker does not know of it. */
    static byte[] movedTo(byte[] clear, String file) throws Damaged {
        try {
            if (JSON.read(clear) instanceof ObjectNode root) {
                return JSON.write(root.put(FILE, file));
            }
        } catch (JacksonException e) {
            // Not chained: such a message may quote the input.
        }
        throw new Damaged("its content is not a session");
    }

    private static StoredSession session(JsonNode root) throws Damaged {
        String expiresAt = text(root, REFRESH_TOKEN_EXPIRES_AT);
        return new StoredSession(
                required(root, LOGIN),
                secret(root, REFRESH_TOKEN),
                secret(root, PREVIOUS_REFRESH_TOKEN),
                expiresAt == null ? null : Instant.parse(expiresAt),
                text(root, BOUND_ACCOUNT_ID),
                text(root, IAM_ID),
                text(root, IMPORTED_FINGERPRINT),
                root.path(DISABLED).asBoolean(false),
                tokens(root.path(TOKENS)));
    }

    private static List<StoredToken> tokens(JsonNode array) throws Damaged {
        List<StoredToken> tokens = new ArrayList<>();
        for (JsonNode node : array) {
            String word = required(node, KIND);
            Optional<TokenKind> kind = TokenKind.ofWord(word);
            if (word.equals(OPENSHIFT)) {
                tokens.add(token(TokenKind.KUBE, required(node, CLUSTER), node));
            } else if (kind.isPresent()) {
                tokens.add(token(kind.get(), null, node));
            }
        }
        return tokens;
    }

    private static StoredToken token(TokenKind kind, @Nullable String cluster, JsonNode node) throws Damaged {
        return new StoredToken(
                kind,
                cluster,
                Secret.of(required(node, VALUE)),
                Instant.parse(required(node, ACQUIRED_AT)),
                uptime(node),
                Duration.parse(required(node, LIFE)),
                Instant.parse(required(node, EXPIRES_AT)),
                text(node, SCOPE));
    }

    private static @Nullable Uptime uptime(JsonNode node) {
        String boot = text(node, ACQUIRED_BOOT);
        String elapsed = text(node, ACQUIRED_UPTIME);
        return boot == null || elapsed == null ? null : new Uptime(boot, Duration.parse(elapsed));
    }

    private static @Nullable Secret secret(JsonNode node, String field) {
        String text = text(node, field);
        return text == null ? null : Secret.of(text);
    }

    private static String required(JsonNode node, String field) throws Damaged {
        String text = text(node, field);
        if (text == null) {
            throw new Damaged("its content lacks " + field);
        }
        return text;
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.stringValue() : null;
    }
}
