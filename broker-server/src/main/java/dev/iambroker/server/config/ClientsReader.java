package dev.iambroker.server.config;

import dev.iambroker.policy.Match;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Rule;
import dev.iambroker.policy.Terms;
import dev.iambroker.server.config.NameScalar.Named;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code clients}, in the order in which the policy asks them. */
final class ClientsReader {
    private static final String ENTRY_FORM = "a list of clients: - { name: NAME, match: { … }, allow: [ … ] }";
    private static final String MATCH_FORM = "at least one of uid, user, gid, group, exe, exe-sha256, unit, secret";
    private static final Set<String> RESERVED = Set.of(Policy.OWNER, Policy.NOBODY, Policy.SHARE);

    private final ReferenceReader references;
    private final Surroundings surroundings;
    private final Set<String> names = new HashSet<>();

    ClientsReader(ReferenceReader references, Surroundings surroundings) {
        this.references = references;
        this.surroundings = surroundings;
    }

    /** Those with problems are left out. */
    List<ReadClient> read(@Nullable Entry entry) {
        var clients = new ArrayList<ReadClient>();
        if (entry != null) {
            for (Entry item : entry.items(ENTRY_FORM)) {
                ReadClient client = client(item);
                if (client != null) {
                    clients.add(client);
                }
            }
        }
        return clients;
    }

    private @Nullable ReadClient client(Entry item) {
        if (item.isNothing()) {
            item.wrongType("{ name: NAME, match: { … }, allow: [ … ] }");
            return null;
        }
        Section section = item.section();
        String name = name(section);
        Entry matchEntry = section.required("match", MATCH_FORM);
        MatchAndSecret match = matchEntry == null ? null : match(matchEntry, name);
        Entry allow = section.required("allow", "a list of rights: [" + Right.FORM + "]");
        List<ReadRight> rights = allow == null ? List.of() : rights(allow);
        Terms terms = TermsReader.read(section);
        if (name == null || match == null || allow == null || terms == null) {
            return null;
        }
        var rule = new Rule(
                name, match.match, rights.stream().map(ReadRight::right).toList(), terms);
        return new ReadClient(new ClientConfig(rule, match.secret), item, rights);
    }

    private @Nullable String name(Section section) {
        String name = section.required("name", TextScalar.CLIENT_NAME);
        if (name == null) {
            return null;
        }
        if (RESERVED.contains(name)) {
            section.error("has a name that the broker itself uses (expected any but owner, nobody and share)");
            return null;
        }
        if (!names.add(name)) {
            section.error("has the name of an earlier client (expected a name of its own)");
            return null;
        }
        return name;
    }

    private @Nullable MatchAndSecret match(Entry entry, @Nullable String client) {
        int known = entry.reading().problems().size();
        Section section = entry.section();
        Integer uid = id(section, "uid", "user");
        Integer gid = id(section, "gid", "group");
        String exe = section.optional("exe", TextScalar.PROGRAM);
        String sha256 = section.optional("exe-sha256", TextScalar.SHA256);
        String unit = section.optional("unit", TextScalar.UNIT);
        Entry secretEntry = section.entry("secret");
        String example = (client == null ? "client" : client) + "-secret";
        Reference secret = secretEntry == null ? null : references.read(secretEntry, example);
        if (section.isEmpty() && entry.reading().problems().size() == known) {
            entry.error("matches every client (expected " + MATCH_FORM + ")");
        }
        // A condition that could not be read must not become a rule that asks less.
        boolean whole = entry.reading().problems().isFreeOfErrorsSince(known);
        String digits = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
        return whole ? new MatchAndSecret(new Match(uid, gid, exe, digits, unit, secret != null), secret) : null;
    }

    private @Nullable Integer id(Section section, String number, String name) {
        Entry byName = section.entry(name);
        Integer id = section.optional(number, new IdScalar());
        if (byName == null) {
            return id;
        }
        if (section.entry(number) != null) {
            byName.error("says the same as " + number + " (expected one of them)");
            return null;
        }
        var table = name.equals("user") ? surroundings.passwd() : surroundings.group();
        Named named = byName.scalar(new NameScalar(name, table));
        return named == null ? null : named.id();
    }

    private static List<ReadRight> rights(Entry allow) {
        var rights = new ArrayList<ReadRight>();
        for (Entry item : allow.items("a list of rights: [" + Right.FORM + "]")) {
            Right right = item.quietly(new RightScalar());
            if (right != null) {
                rights.add(new ReadRight(right, item));
            }
        }
        List<String> shown = rights.stream().map(read -> read.right.toString()).toList();
        allow.reading().set(allow.path(), shown, allow.origin());
        return rights;
    }

    /** A client and where it was written, for what can only be judged beside the accounts. */
    record ReadClient(ClientConfig client, Entry entry, List<ReadRight> rights) {}

    record ReadRight(Right right, Entry entry) {}

    private record MatchAndSecret(Match match, @Nullable Reference secret) {}
}
