package dev.iambroker.server.config;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.account.Nearest;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Verb;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.server.config.ClientsReader.ReadClient;
import dev.iambroker.server.config.ClientsReader.ReadRight;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Warns of what is valid in each part and useless, or risky, in combination. */
final class Contradictions {
    private final Map<String, Account> accounts = new LinkedHashMap<>();
    private final List<ReadClient> clients;

    Contradictions(List<AccountConfig> accounts, List<ReadClient> clients) {
        accounts.forEach(config -> this.accounts.put(config.account().name().value(), config.account()));
        this.clients = clients;
    }

    void warn(@Nullable Entry http) {
        for (ReadClient client : clients) {
            client.rights().forEach(this::warnOfRight);
        }
        warnOfSharedSecrets();
        if (http != null && clients.stream().noneMatch(read -> read.client().secret() != null)) {
            http.warning("has no client that could use it: none under clients matches by a secret"
                    + " (expected match: { secret: … })");
        }
    }

    private void warnOfRight(ReadRight read) {
        Right right = read.right();
        if (right.verb() == Verb.KUBE && !right.cluster().equals(Right.ANY)) {
            read.entry()
                    .warning("limits what is handed out and audited, not what the token can do: it is good on all"
                            + " clusters of its account and cannot be recalled");
        }
        if (right.account().equals(Right.ANY)) {
            return;
        }
        Account account = accounts.get(right.account());
        if (account == null) {
            read.entry()
                    .warning("names no account of this file (expected one of accounts)"
                            + Nearest.question(Nearest.of(right.account(), accounts.keySet())));
        } else {
            warnOfAccount(read.entry(), right, account);
        }
    }

    private static void warnOfAccount(Entry entry, Right right, Account account) {
        if (right.verb() == Verb.KUBE && !account.cloud().hasKubeFlow()) {
            entry.warning("allows what " + account.cloud().word() + " does not have: tokens for clusters");
        }
        if (right.verb() == Verb.UAA && !account.uaa()) {
            entry.warning("allows UAA tokens, which this account does not keep (expected uaa: true there)");
        }
    }

    /** By fingerprint, so that thousands of clients need one pass; nothing of it is kept. */
    private void warnOfSharedSecrets() {
        if (clients.stream().allMatch(read -> read.client().secret() == null)) {
            return;
        }
        var owners = new HashMap<String, String>();
        accounts.values().forEach(account -> noteLogin(owners, account.name(), account.login()));
        for (ReadClient read : clients) {
            String fingerprint = read.client().secret() == null
                    ? null
                    : fingerprint(read.client().secret());
            String name = read.client().rule().name();
            String owner = fingerprint == null ? null : owners.putIfAbsent(fingerprint, "client " + name);
            if (owner != null) {
                read.entry().warning("has the same secret as " + owner + " (expected one of its own)");
            }
        }
    }

    private static void noteLogin(Map<String, String> owners, AccountName name, Login login) {
        SecretSource source = switch (login) {
            case Login.ApiKey key -> key.key();
            case Login.Password password -> password.password();
            case Login.RefreshToken token -> token.token();
            case Login.ComputeResource resource -> null;
            case Login.Passcode passcode -> null;
            case Login.Shared shared -> null;
        };
        String fingerprint = source == null ? null : fingerprint(source);
        if (fingerprint != null) {
            owners.putIfAbsent(fingerprint, "account " + name);
        }
    }

    /** Null where it cannot be read, which is told elsewhere, or only by running a command. */
    private static @Nullable String fingerprint(SecretSource source) {
        if (source instanceof SecretCommand) {
            return null;
        }
        try {
            Secret secret = source.read();
            return secret.fingerprint();
        } catch (SecretUnavailable e) {
            return null;
        }
    }
}
