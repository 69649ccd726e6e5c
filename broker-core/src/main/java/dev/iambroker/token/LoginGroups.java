package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Which accounts have to change together: those that share a login before the change or after it. */
final class LoginGroups {
    private final Map<AccountName, Set<AccountName>> groupOf = new LinkedHashMap<>();

    private LoginGroups() {}

    /** The groups in which something differs; no account is in two of them. */
    static List<Set<AccountName>> differing(Map<AccountName, Account> before, Map<AccountName, Account> after) {
        var groups = new LoginGroups();
        before.values().forEach(groups::add);
        after.values().forEach(groups::add);
        List<Set<AccountName>> differing = new ArrayList<>();
        for (Set<AccountName> group : new LinkedHashSet<>(groups.groupOf.values())) {
            if (group.stream().anyMatch(name -> !Objects.equals(before.get(name), after.get(name)))) {
                differing.add(group);
            }
        }
        return differing;
    }

    private void add(Account account) {
        Set<AccountName> group = of(account.name());
        if (!group.contains(account.sessionOwner())) {
            group.addAll(of(account.sessionOwner()));
            group.forEach(name -> groupOf.put(name, group));
        }
    }

    private Set<AccountName> of(AccountName name) {
        return groupOf.computeIfAbsent(name, alone -> new TreeSet<>(Set.of(alone)));
    }
}
