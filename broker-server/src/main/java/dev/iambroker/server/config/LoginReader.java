package dev.iambroker.server.config;

import dev.iambroker.account.Login;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.account.TrustedProfile.By;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads how an account logs in by itself. */
final class LoginReader {
    /** The keys of which an account has exactly one. */
    static final List<String> KINDS =
            List.of("api-key", "passcode", "password", "refresh-token", "trusted-profile", "login");

    private static final List<String> PROFILE_NAMES = List.of("profile-name", "profile-id", "profile-crn");

    private final ReferenceReader references;

    LoginReader(ReferenceReader references) {
        this.references = references;
    }

    /** Which of the kinds {@code account} has; null after a problem. */
    @Nullable
    Entry kind(Section account) {
        var found = new ArrayList<Entry>();
        for (String kind : KINDS) {
            Entry entry = account.entry(kind);
            if (entry != null) {
                found.add(entry);
            }
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        account.error((found.isEmpty() ? "has no login" : "has more than one login") + " (expected exactly one of "
                + String.join(", ", KINDS) + ")");
        return null;
    }

    /** The login of {@code alias} that stands at {@code entry}, any kind but {@code login}; null after a problem. */
    @Nullable
    Login read(Entry entry, String alias) {
        return switch (name(entry)) {
            case "api-key" -> {
                Reference key = references.read(entry, alias + "-api-key");
                yield key == null ? null : new Login.ApiKey(key);
            }
            case "refresh-token" -> {
                Reference token = references.read(entry, alias + "-refresh-token");
                yield token == null ? null : new Login.RefreshToken(token);
            }
            case "password" -> password(entry, alias);
            case "passcode" -> passcode(entry, alias);
            default -> trustedProfile(entry.section());
        };
    }

    static String name(Entry entry) {
        return entry.path().substring(entry.path().lastIndexOf('.') + 1);
    }

    private @Nullable Login password(Entry entry, String alias) {
        String form = "password: { username: NAME, password: { file: /run/secrets/" + alias + "-password } }";
        if (entry.isScalar()) {
            entry.error("a literal secret is refused (expected a reference: " + form + ")");
            return null;
        }
        Section section = entry.section();
        String username = section.required("username", TextScalar.ANY);
        Entry secret = section.required("password", "a reference: " + form);
        Reference password = secret == null ? null : references.read(secret, alias + "-password");
        return username == null || password == null ? null : new Login.Password(username, password);
    }

    private static @Nullable Login passcode(Entry entry, String alias) {
        if (entry.isScalar() || entry.isList()) {
            entry.error(
                    "a passcode is good for one use and is never configured (expected passcode: {}, then 'iam-broker login "
                            + alias + "')");
            return null;
        }
        entry.section();
        entry.reading().set(entry.path(), "by iam-broker login " + alias, entry.origin());
        return new Login.Passcode();
    }

    private @Nullable Login trustedProfile(Section section) {
        TrustedProfile profile = profile(section);
        Entry file = section.required("cr-token-file", "the path of the platform's token");
        Reference token = file == null ? null : references.platformToken(file);
        return profile == null || token == null ? null : new Login.ComputeResource(profile, token);
    }

    private static @Nullable TrustedProfile profile(Section section) {
        var found = PROFILE_NAMES.stream()
                .filter(name -> section.entry(name) != null)
                .toList();
        if (found.size() != 1) {
            section.error((found.isEmpty() ? "names no profile" : "names the profile more than once")
                    + " (expected exactly one of " + String.join(", ", PROFILE_NAMES) + ")");
            return null;
        }
        String value = section.required(found.getFirst(), TextScalar.ANY);
        return value == null ? null : new TrustedProfile(by(found.getFirst()), value);
    }

    private static By by(String key) {
        return switch (key) {
            case "profile-name" -> By.NAME;
            case "profile-id" -> By.ID;
            default -> By.CRN;
        };
    }
}
