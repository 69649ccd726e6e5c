package dev.iambroker.server;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Match;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Rule;
import dev.iambroker.policy.Verb;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The policy decides as a second reading of the configuration reference does. The input is lines: who asks, for what,
 * then a rule a line, as {@code uid gid secret right right…}.
 */
public final class PolicyFuzz {
    private static final int DAEMON = 990;
    private static final Set<String> WORDS = Set.of("access", "kube", "uaa", "list", "admin");

    private PolicyFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        List<String> lines =
                new String(data, StandardCharsets.ISO_8859_1).lines().toList();
        if (lines.size() < 2) {
            return;
        }
        ClientIdentity client = client(lines.get(0).split(" ", -1));
        Action action = action(lines.get(1).split(" ", -1));
        List<Rule> rules = new ArrayList<>();
        String expected = isOwner(client) ? Policy.OWNER : null;
        boolean allowed = expected != null;
        for (String line : lines.subList(2, lines.size())) {
            String[] words = line.split(" ", -1);
            Rule rule = rule("r" + rules.size(), words);
            rules.add(rule);
            if (expected == null && matches(rule, client)) {
                expected = rule.name();
                allowed = covers(words, action);
            }
        }
        compare(new Policy(rules, DAEMON), client, action, expected == null ? Policy.NOBODY : expected, allowed);
    }

    private static void compare(Policy policy, ClientIdentity client, Action action, String rule, boolean allowed) {
        Decision decision = policy.decide(client, action);
        boolean isSame = decision.rule().equals(rule) && decision instanceof Decision.Allow == allowed;
        if (!isSame || !policy.nameOf(client).equals(rule)) {
            throw new AssertionError(decision + " instead of " + rule + ", " + allowed + " for " + action);
        }
        if (allowed && !policy.mayUse(client, action.verb(), action.account())) {
            throw new AssertionError("allowed, and yet it may not be used: " + action);
        }
    }

    private static boolean isOwner(ClientIdentity client) {
        Peer peer = client.peer();
        return peer != null && (peer.uid() == 0 || peer.uid() == DAEMON);
    }

    private static ClientIdentity client(String[] words) {
        Integer uid = number(words, 0);
        Integer gid = number(words, 1);
        Integer group = number(words, 2);
        Peer peer = uid == null
                ? null
                : new Peer(uid, gid == null ? 0 : gid, group == null ? Set.of() : Set.of(group), 1, 1);
        return new ClientIdentity(peer, words.length > 3 ? Set.of(words[3]) : Set.of());
    }

    private static Action action(String[] words) {
        Verb verb = Verb.ofWord(words[0]).orElse(Verb.ADMIN);
        String account = words.length > 1 ? words[1] : "prod";
        return new Action(verb, account, words.length > 2 ? Set.of(words[2]) : Set.of());
    }

    private static Rule rule(String name, String[] words) {
        List<Right> rights = new ArrayList<>();
        for (int i = 3; i < words.length; i++) {
            Optional<Right> right = Right.parse(words[i]);
            if (right.isPresent() != isRight(words[i])) {
                throw new AssertionError("is it a right? " + words[i]);
            }
            right.ifPresent(rights::add);
            right.ifPresent(PolicyFuzz::rereads);
        }
        boolean secret = words.length > 2 && words[2].equals("s");
        return new Rule(name, new Match(number(words, 0), number(words, 1), secret), rights);
    }

    private static void rereads(Right right) {
        if (!Right.parse(right.toString()).equals(Optional.of(right))) {
            throw new AssertionError("a right is not what it writes itself as: " + right);
        }
    }

    private static @Nullable Integer number(String[] words, int at) {
        boolean isNumber = words.length > at && words[at].matches("[0-9]{1,6}");
        return isNumber ? Integer.valueOf(words[at]) : null;
    }

    private static boolean matches(Rule rule, ClientIdentity client) {
        Integer uid = rule.match().uid();
        Integer gid = rule.match().gid();
        Peer peer = client.peer();
        boolean secretFits = !rule.match().secret() || client.provenClients().contains(rule.name());
        boolean uidFits = uid == null || (peer != null && peer.uid() == uid);
        boolean gidFits = gid == null
                || (peer != null && (peer.gid() == gid || peer.groups().contains(gid)));
        return secretFits && uidFits && gidFits;
    }

    private static boolean isRight(String text) {
        String[] halves = text.split(":", 2);
        if (halves.length < 2 || !(WORDS.contains(halves[0]) || halves[0].equals("*"))) {
            return false;
        }
        String[] segments = halves[1].split("/", -1);
        int most = halves[0].equals("kube") ? 2 : 1;
        return segments.length <= most && List.of(segments).stream().allMatch(PolicyFuzz::isSegment);
    }

    private static boolean isSegment(String text) {
        return text.equals("*") || (!text.isEmpty() && !text.contains("*"));
    }

    private static boolean covers(String[] words, Action action) {
        return List.of(words).stream().skip(3).anyMatch(word -> isRight(word) && covers(word, action));
    }

    /** From the reference's sentences: a literal or a star, any right lists, the star is no admin. */
    private static boolean covers(String right, Action action) {
        String kind = right.substring(0, right.indexOf(':'));
        String[] segments = right.substring(kind.length() + 1).split("/", -1);
        if (!segments[0].equals("*") && !segments[0].equals(action.account())) {
            return false;
        }
        if (action.verb() == Verb.LIST) {
            return true;
        }
        if (kind.equals("*")) {
            return action.verb() != Verb.ADMIN;
        }
        boolean clusterFits = segments.length < 2
                || segments[1].equals("*")
                || action.clusterNames().contains(segments[1]);
        return kind.equals(action.verb().word()) && clusterFits;
    }
}
