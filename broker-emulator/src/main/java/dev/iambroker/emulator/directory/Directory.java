package dev.iambroker.emulator.directory;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Accounts, identities and what they log in with. Thread-safe; may change at any time. */
public final class Directory {
    private final Random random;
    private final Map<String, Account> accounts = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Identity> users = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Identity> identities = new ConcurrentHashMap<>();
    private final Map<String, String> passwords = new ConcurrentHashMap<>();
    private final Map<String, ApiKey> apiKeys = new ConcurrentHashMap<>();
    private final Map<String, Identity> passcodes = new ConcurrentHashMap<>();
    private final Map<String, TrustedProfile> profiles = new ConcurrentHashMap<>();
    private final Map<String, String> computeTokens = new ConcurrentHashMap<>();

    public Directory(Random random) {
        this.random = random;
    }

    public void add(Account account) {
        if (!account.id().matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException(
                    "account id " + account.id() + " is not 32 lower-case hexadecimal digits");
        }
        accounts.put(account.id(), account);
    }

    public @Nullable Account account(String id) {
        return accounts.get(id);
    }

    /** The accounts of that identity, in the order in which they were added. */
    public List<Account> accountsOf(Collection<String> ids) {
        synchronized (accounts) {
            return accounts.values().stream()
                    .filter(account -> ids.contains(account.id()))
                    .toList();
        }
    }

    public Identity addUser(String email, String password, List<String> memberOf) {
        Identity user = new Identity("IBMid-" + hex(10), "IBMid", email, null, "Emulated " + email, memberOf);
        users.put(email, known(user));
        passwords.put(email, password);
        return user;
    }

    public Identity addServiceId(String name, String account) {
        String id = "ServiceId-" + uuid();
        return known(new Identity("iam-" + id, "iam", id, "ServiceId", name, List.of(account)));
    }

    public void addApiKey(String key, ApiKey apiKey) {
        apiKeys.put(key, apiKey);
    }

    public void removeApiKey(String key) {
        apiKeys.remove(key);
    }

    public @Nullable ApiKey apiKey(String key) {
        return apiKeys.get(key);
    }

    public @Nullable Identity byPassword(String username, String password) {
        return password.equals(passwords.get(username)) ? users.get(username) : null;
    }

    public @Nullable Identity user(String email) {
        return users.get(email);
    }

    public Optional<Identity> firstUser() {
        synchronized (users) {
            return users.values().stream().findFirst();
        }
    }

    /** A new passcode of that user, good for one login. */
    public String addPasscode(Identity user) {
        String passcode = "emulated-" + hex(20);
        passcodes.put(passcode, user);
        return passcode;
    }

    /** Whose passcode it is, without using it up; null if it is unknown or used. */
    public @Nullable Identity passcodeOf(String passcode) {
        return passcodes.get(passcode);
    }

    /** Uses up the passcode; null if it is unknown or used. */
    public @Nullable Identity takePasscode(String passcode) {
        return passcodes.remove(passcode);
    }

    public TrustedProfile addProfile(String name, String account, String computeToken) {
        String id = "Profile-" + uuid();
        Identity identity = known(new Identity("iam-" + id, "iam", id, "Profile", name, List.of(account)));
        String crn = "crn:v1:bluemix:public:iam-identity::a/" + account + "::profile:" + id;
        TrustedProfile profile = new TrustedProfile(id, name, crn, identity, account);
        profiles.put(id, profile);
        computeTokens.put(computeToken, account);
        return profile;
    }

    /** The account whose compute resources hold that token, or null. */
    public @Nullable String computeAccount(String computeToken) {
        return computeTokens.get(computeToken);
    }

    /** The profile that fits every non-null argument, or null. */
    public @Nullable TrustedProfile profile(
            @Nullable String id, @Nullable String name, @Nullable String crn, @Nullable String account) {
        return profiles.values().stream()
                .filter(p -> id == null
                        || Objects.equals(p.id(), id)
                        || Objects.equals(p.identity().iamId(), id))
                .filter(p -> name == null || p.name().equals(name))
                .filter(p -> crn == null || p.crn().equals(crn))
                .filter(p -> account == null || p.account().equals(account))
                .findFirst()
                .orElse(null);
    }

    private Identity known(Identity identity) {
        identities.put(identity.iamId(), identity);
        return identity;
    }

    /** Whoever has that IAM id, or null. */
    public @Nullable Identity identity(String iamId) {
        return identities.get(iamId);
    }

    /** That many random hexadecimal digits. */
    public String hex(int digits) {
        StringBuilder hex = new StringBuilder(digits);
        for (int i = 0; i < digits; i++) {
            hex.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hex.toString();
    }

    private String uuid() {
        return hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12);
    }
}
