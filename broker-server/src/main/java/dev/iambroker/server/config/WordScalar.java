package dev.iambroker.server.config;

import dev.iambroker.account.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One of a few words. */
final class WordScalar<T> implements Scalar<T> {
    private final Map<String, T> byWord = new LinkedHashMap<>();
    private final Function<T, String> wordOf;

    WordScalar(List<T> values, Function<T, String> wordOf) {
        this.wordOf = wordOf;
        values.forEach(value -> byWord.put(wordOf.apply(value), value));
    }

    @Override
    public T read(String text, boolean plain) throws Unacceptable {
        T value = byWord.get(text);
        if (value == null) {
            throw new Unacceptable("is not one of its words", Nearest.of(text, byWord.keySet()));
        }
        return value;
    }

    @Override
    public String expected() {
        return String.join(", ", byWord.keySet());
    }

    @Override
    public Object shown(T value) {
        return wordOf.apply(value);
    }
}
