package dev.iambroker.server.config;

import dev.iambroker.account.AccountName;
import dev.iambroker.server.config.Loading.Loaded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two configurations. A value that only moved within the file is no difference.
 *
 * @param added accounts of the later one only
 * @param removed accounts of the earlier one only
 * @param changed accounts of both that are not equal; those that are keep their tokens
 * @param keys every other key with a new value, {@code refresh.at}
 * @param words a line for each difference, for the log
 */
public record ConfigDiff(
        Set<AccountName> added,
        Set<AccountName> removed,
        Set<AccountName> changed,
        List<String> keys,
        List<String> words) {
    public ConfigDiff {
        added = Set.copyOf(added);
        removed = Set.copyOf(removed);
        changed = Set.copyOf(changed);
        keys = List.copyOf(keys);
        words = List.copyOf(words);
    }

    public boolean isEmpty() {
        return words.isEmpty();
    }

    public static ConfigDiff between(Loaded before, Loaded after) {
        return new Comparison(before, after).diff();
    }

    private static final class Comparison {
        private final BrokerConfig before;
        private final BrokerConfig after;
        private final Map<AccountName, AccountConfig> oldAccounts;
        private final Map<AccountName, AccountConfig> newAccounts;
        private final Map<String, Object> oldValues;
        private final Map<String, Object> newValues;
        private final List<String> words = new ArrayList<>();

        Comparison(Loaded before, Loaded after) {
            this.before = before.config();
            this.after = after.config();
            oldAccounts = accounts(before);
            newAccounts = accounts(after);
            oldValues = values(before);
            newValues = values(after);
        }

        ConfigDiff diff() {
            Set<AccountName> added = without(newAccounts.keySet(), oldAccounts.keySet());
            Set<AccountName> removed = without(oldAccounts.keySet(), newAccounts.keySet());
            Map<AccountName, List<String>> changed = changed();
            added.forEach(name -> words.add("account \"" + name + "\" added"));
            removed.forEach(name -> words.add("account \"" + name + "\" removed"));
            changed.forEach((name, keys) -> words.add("account \"" + name + "\" changed: " + String.join(", ", keys)));
            return new ConfigDiff(added, removed, changed.keySet(), otherKeys(), words);
        }

        private Map<AccountName, List<String>> changed() {
            var changed = new LinkedHashMap<AccountName, List<String>>();
            newAccounts.forEach((name, account) -> {
                AccountConfig old = oldAccounts.get(name);
                if (old != null && !old.equals(account)) {
                    changed.put(name, AccountDiff.between(old, account));
                }
            });
            return changed;
        }

        private List<String> otherKeys() {
            var keys = new ArrayList<String>(differing());
            keys.forEach(key -> words.add(key + ": " + shown(oldValues.get(key)) + " -> " + shown(newValues.get(key))));
            addUnlessShown("clients", before.clients().equals(after.clients()), keys);
            addUnlessShown("sinks", before.sinks().equals(after.sinks()), keys);
            addUnlessShown("state", before.state().equals(after.state()), keys);
            return keys;
        }

        /** The arguments of a command are not shown, so that a change of them alone has to be told. */
        private void addUnlessShown(String section, boolean same, List<String> keys) {
            if (!same && keys.stream().noneMatch(key -> key.startsWith(section))) {
                keys.add(section);
                words.add(section + ": the arguments of a command changed");
            }
        }

        private Set<String> differing() {
            var keys = new LinkedHashSet<>(newValues.keySet());
            keys.addAll(oldValues.keySet());
            keys.removeIf(key -> Objects.equals(oldValues.get(key), newValues.get(key)));
            return keys;
        }

        private static String shown(@Nullable Object value) {
            return value == null ? "nothing" : value.toString();
        }

        private static Set<AccountName> without(Set<AccountName> names, Set<AccountName> others) {
            var left = new LinkedHashSet<>(names);
            left.removeAll(others);
            return left;
        }

        private static Map<AccountName, AccountConfig> accounts(Loaded loaded) {
            var accounts = new LinkedHashMap<AccountName, AccountConfig>();
            loaded.config()
                    .accounts()
                    .forEach(config -> accounts.put(config.account().name(), config));
            return accounts;
        }

        private static Map<String, Object> values(Loaded loaded) {
            var values = new LinkedHashMap<String, Object>();
            for (Setting setting : loaded.effective().settings()) {
                if (setting.value() != null && !setting.isOfAccount()) {
                    values.put(setting.key(), setting.value());
                }
            }
            return values;
        }
    }
}
