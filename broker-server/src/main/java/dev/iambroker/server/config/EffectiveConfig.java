package dev.iambroker.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every value in force with its origin, for {@code check-config}. Secrets appear as references only. */
public record EffectiveConfig(String file, List<Setting> settings) {
    private static final int GAP = 2;

    /** So that the lines fit a terminal of 80 columns. A longer value, a path most often, takes its own line's space alone. */
    private static final int WIDEST_VALUE = 24;

    public EffectiveConfig {
        settings = List.copyOf(settings);
    }

    /** Aligned lines for a terminal: key, value, origin; the first is the heading. */
    public List<String> lines() {
        var rows = new ArrayList<Row>();
        rows.add(new Row("KEY", "VALUE", "ORIGIN"));
        settings.forEach(setting -> rows.add(Row.of(setting)));
        int keyWidth = rows.stream().mapToInt(row -> row.key.length()).max().orElse(0) + GAP;
        int widest = rows.stream().mapToInt(row -> row.value.length()).max().orElse(0);
        int valueWidth = Math.min(widest, WIDEST_VALUE) + GAP;
        return rows.stream().map(row -> row.line(keyWidth, valueWidth)).toList();
    }

    /** {@code {"file":…,"settings":[{"key","value","origin"}…]}} as plain maps and lists, in stable order. */
    public Map<String, Object> tree() {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("file", file);
        tree.put("settings", settings.stream().map(EffectiveConfig::leaf).toList());
        return tree;
    }

    private static Map<String, @Nullable Object> leaf(Setting setting) {
        var leaf = new LinkedHashMap<String, @Nullable Object>();
        leaf.put("key", setting.key());
        leaf.put("value", setting.value());
        leaf.put("origin", setting.origin());
        return leaf;
    }

    private record Row(String key, String value, String origin) {
        static Row of(Setting setting) {
            Object value = setting.value();
            return new Row(setting.key(), value == null ? "-" : value.toString(), setting.origin());
        }

        String line(int keyWidth, int valueWidth) {
            return pad(key, keyWidth) + pad(value, valueWidth) + origin;
        }

        private static String pad(String text, int width) {
            return text + " ".repeat(Math.max(GAP, width - text.length()));
        }
    }
}
