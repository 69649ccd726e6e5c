package dev.iambroker.emulator.directory;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whoever can hold a token: a user, a service id or a trusted profile. Immutable.
 *
 * @param iamId realm and id together, such as {@code IBMid-…}
 * @param subject the e-mail address of a user, the id of anything else
 * @param subjectType {@code ServiceId} or {@code Profile}; null for users
 * @param accounts the ids of the accounts it belongs to
 */
public record Identity(
        String iamId,
        String realm,
        String subject,
        @Nullable String subjectType,
        String name,
        List<String> accounts) {
    public Identity {
        accounts = List.copyOf(accounts);
    }

    public boolean isUser() {
        return subjectType == null;
    }

    /** The id without its realm. */
    public String id() {
        return iamId.substring(realm.length() + 1);
    }

    /** The name by which cluster roles know it, without their prefix. */
    public String kubeSubject() {
        return subject.toLowerCase(Locale.ROOT);
    }
}
