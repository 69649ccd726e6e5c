package dev.iambroker.server.config;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.Nearest;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code accounts}: first each by itself, then those that share another's login, which may be any other of the
 * file.
 */
final class AccountsReader {
    static final WordScalar<Cloud> CLOUD = new WordScalar<>(List.of(Cloud.values()), Cloud::word);

    private static final String ALIAS_FORM = "a lower-case letter or digit, then at most 62 of a-z, 0-9, '.', '_', '-'";

    private final LoginReader logins;
    private final EndpointsReader endpoints;
    private final Common common;

    /** What accounts have that say nothing else. */
    record Common(Cloud cloud, String cloudOrigin, Endpoints endpoints) {}

    AccountsReader(LoginReader logins, EndpointsReader endpoints, Common common) {
        this.logins = logins;
        this.endpoints = endpoints;
        this.common = common;
    }

    /** In the order of the file; those with problems are left out. */
    List<AccountConfig> read(Section accounts) {
        var drafts = new LinkedHashMap<String, Draft>();
        for (Map.Entry<String, Entry> named : accounts.byName().entrySet()) {
            Draft draft = draft(named.getKey(), named.getValue());
            if (draft != null) {
                drafts.put(named.getKey(), draft);
            }
        }
        Set<String> aliases = accounts.byName().keySet();
        var finished = new ArrayList<AccountConfig>();
        for (Draft draft : drafts.values()) {
            AccountConfig account = draft.sharing ? shared(draft, drafts, aliases) : alone(draft);
            if (account != null) {
                finished.add(account);
            }
        }
        return finished;
    }

    private @Nullable Draft draft(String alias, Entry entry) {
        if (!AccountName.isValid(alias)) {
            entry.error("is no account alias (expected " + ALIAS_FORM + ")");
            return null;
        }
        int before = entry.reading().settings().size();
        Section section = entry.section();
        Entry kind = logins.kind(section);
        boolean sharing = kind != null && LoginReader.name(kind).equals("login");
        Login login = kind == null || sharing ? null : logins.read(kind, alias);
        Section endpointsSection = section.section("endpoints");
        var draft = new Draft(
                new AccountName(alias),
                section,
                kind,
                sharing,
                login,
                accountId(section),
                section.optional("expect-iam-id", TextScalar.IAM_ID),
                section.quietly("cloud", CLOUD),
                section.quietly("uaa", new FlagScalar()),
                endpointsSection,
                endpoints.read(endpointsSection),
                entry.reading().cut(before));
        return kind == null ? null : draft;
    }

    private static @Nullable String accountId(Section section) {
        String id = section.optional("account-id", TextScalar.ACCOUNT_ID);
        return id == null ? null : id.toLowerCase(Locale.ROOT);
    }

    private @Nullable AccountConfig alone(Draft draft) {
        String origin = draft.section.origin("cloud", common.cloudOrigin);
        return draft.login == null ? null : finish(draft, draft.login, cloudOf(draft), origin, endpointsOf(draft));
    }

    /** Its session is the owner's, so it lives where the owner's does. */
    private @Nullable AccountConfig shared(Draft draft, Map<String, Draft> drafts, Set<String> aliases) {
        Draft owner = draft.kind == null ? null : ownerOf(draft, draft.kind, drafts, aliases);
        if (owner == null || owner.login == null) {
            return null;
        }
        checkAgainst(owner, draft);
        String origin = draft.section.origin("cloud", owner.section.origin("cloud", common.cloudOrigin));
        var login = new Login.Shared(owner.name, owner.login);
        return finish(draft, login, cloudOf(owner), origin, draft.own.orElse(endpointsOf(owner)));
    }

    private static @Nullable Draft ownerOf(Draft draft, Entry kind, Map<String, Draft> drafts, Set<String> aliases) {
        String alias = kind.quietly(TextScalar.ANY);
        if (alias == null) {
            return null;
        }
        if (!aliases.contains(alias)) {
            kind.error("names no account of this file (expected the alias of the account that logs in)"
                    + Nearest.question(Nearest.of(alias, aliases)));
            return null;
        }
        Draft owner = drafts.get(alias);
        if (owner != null && owner.sharing) {
            String what = owner.name.equals(draft.name)
                    ? "names the account itself"
                    : "names an account that shares a login itself";
            kind.error(what + " (expected the account that logs in)");
            return null;
        }
        if (owner != null && owner.login != null && owner.login.renewsByCredential()) {
            kind.error(ofOneAccount(owner.login));
            return null;
        }
        draft.noted.addFirst(new Setting(kind.path(), alias, kind.origin()));
        return owner;
    }

    /** Such a login keeps no session that a refresh could bind to another account. */
    private static String ofOneAccount(Login owners) {
        String instead = owners instanceof Login.ApiKey
                ? "give this account an api-key: of its own"
                : "give this account a trusted-profile: of its own";
        return "names an account that logs in by " + owners.word() + ", which is good for one IBM Cloud account only"
                + " (expected one that logs in by password, passcode or refresh-token): " + instead;
    }

    private void checkAgainst(Draft owner, Draft draft) {
        if (draft.cloud != null && draft.cloud != cloudOf(owner)) {
            draft.section.error("has another cloud than the account whose login it shares (expected none of its own)");
        }
        URI iam = draft.own.iam();
        if (iam != null && !iam.equals(endpointsOf(owner).iam())) {
            draft.section.error("has another IAM than the account whose login it shares (expected none of its own)");
        }
        if (draft.accountId == null) {
            draft.section.warning("shares a login without an account-id, so its tokens are bound to no account"
                    + " (expected account-id: and 32 hexadecimal digits)");
        }
    }

    private Cloud cloudOf(Draft draft) {
        return draft.cloud == null ? common.cloud : draft.cloud;
    }

    private Endpoints endpointsOf(Draft draft) {
        return draft.own.orElse(common.endpoints);
    }

    private AccountConfig finish(Draft draft, Login login, Cloud cloud, String cloudOrigin, Endpoints used) {
        boolean uaa = draft.uaa == null ? cloud.keepsUaaTokens() : draft.uaa;
        Section section = draft.section;
        Reading reading = section.reading();
        draft.noted.forEach(reading::note);
        reading.set(section.path() + ".cloud", cloud.word(), cloudOrigin);
        reading.set(section.path() + ".uaa", uaa, section.origin("uaa", "cloud " + cloud.word()));
        endpoints.note(draft.endpointsSection, used, cloud);
        var account = new Account(draft.name, login, draft.accountId, cloud, uaa, draft.expectedIamId);
        return new AccountConfig(account, used);
    }

    /**
     * An account as far as it says of itself.
     *
     * @param noted what reading it has noted, kept back until all of the account can stand together
     */
    private record Draft(
            AccountName name,
            Section section,
            @Nullable Entry kind,
            boolean sharing,
            @Nullable Login login,
            @Nullable String accountId,
            @Nullable String expectedIamId,
            @Nullable Cloud cloud,
            @Nullable Boolean uaa,
            Section endpointsSection,
            Endpoints own,
            List<Setting> noted) {}
}
