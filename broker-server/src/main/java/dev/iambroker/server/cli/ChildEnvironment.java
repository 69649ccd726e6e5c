package dev.iambroker.server.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The environment for a command of the user's: this process's own, without what the launcher did to it. */
final class ChildEnvironment {
    /** The launcher keeps options for other JVMs from this one, which would heed them, and hands them on so. */
    private static final String KEPT = "IAM_BROKER_KEPT_";

    private static final String LOOPBACK = "127.0.0.1";
    private static final List<String> PROXIES = List.of("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY");

    /** What the JVM has instead of bytes that are no text. */
    private static final char UNREADABLE = 0xFFFD;

    private ChildEnvironment() {}

    static Map<String, String> of(Map<String, String> own) {
        Map<String, String> environment = new HashMap<>(own);
        own.forEach((name, value) -> {
            if (name.startsWith(KEPT)) {
                environment.remove(name);
                restore(name.substring(KEPT.length()), value, environment);
            }
        });
        return environment;
    }

    /** The launcher keeps what was not set as what was empty: a locale is the same by either. */
    private static void restore(String name, String value, Map<String, String> environment) {
        if (value.isEmpty()) {
            environment.remove(name);
        } else {
            environment.put(name, value);
        }
    }

    /** Most clients ask a proxy for 127.0.0.1 too, which would be told the secret and reach another machine's port. */
    static void passProxies(Map<String, String> environment) {
        if (PROXIES.stream().noneMatch(environment::containsKey)) {
            return;
        }
        // Some read the one and some the other first: what is in one alone has to be in both.
        String lower = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        String upper = environment.getOrDefault("NO_PROXY", lower);
        environment.put("no_proxy", withLoopback(lower));
        environment.put("NO_PROXY", withLoopback(upper));
    }

    private static String withLoopback(String exceptions) {
        // That there is no proxy for anybody is understood only where it stands alone.
        if (exceptions.strip().equals("*")) {
            return exceptions;
        }
        return exceptions.isBlank() ? LOOPBACK : exceptions + "," + LOOPBACK;
    }

    /** What stays as it was stays so by its bytes, which may be no text of this JVM's locale. */
    static void give(Map<String, String> environment, ProcessBuilder builder) {
        Map<String, String> given = builder.environment();
        given.keySet().retainAll(environment.keySet());
        environment.forEach((name, value) -> {
            if (!value.equals(given.get(name))) {
                given.put(name, value);
            }
        });
    }

    /** @throws CommandFailure where a word is not what was typed: it would reach the command as another */
    static void requireText(List<String> words) {
        if (words.stream().anyMatch(word -> word.indexOf(UNREADABLE) >= 0)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "a word of the command is no text in this locale: set LC_ALL to that of the word, or leave it out");
        }
    }
}
