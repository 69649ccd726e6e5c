package dev.iambroker.server.telemetry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The two text formats, and which of them an {@code Accept} header asks for (RFC 9110 section 12.5.1). */
enum ExpositionFormat {
    TEXT("text/plain; version=0.0.4; charset=utf-8"),
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private final String contentType;

    ExpositionFormat(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** OpenMetrics where it is named and wanted at least as much as text, else text, for no scraper refuses that. */
    static ExpositionFormat acceptedBy(@Nullable String accept) {
        double openMetrics = 0;
        double text = 0;
        for (String range : (accept == null ? "" : accept).split(",", -1)) {
            String[] parts = range.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*", -1);
            double weight = weightOf(parts);
            if (parts[0].equals("application/openmetrics-text") && isVersion(parts, "1.0.0")) {
                openMetrics = Math.max(openMetrics, weight);
            }
            if (parts[0].equals("text/plain") && isVersion(parts, "0.0.4")) {
                text = Math.max(text, weight);
            }
        }
        return openMetrics > 0 && openMetrics >= text ? OPEN_METRICS : TEXT;
    }

    private static boolean isVersion(String[] parts, String ours) {
        String version = parameter(parts, "version");
        return version == null || version.equals(ours);
    }

    private static double weightOf(String[] parts) {
        String weight = parameter(parts, "q");
        if (weight == null) {
            return 1;
        }
        return weight.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?") ? Double.parseDouble(weight) : 0;
    }

    private static @Nullable String parameter(String[] parts, String name) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].startsWith(name + "=")) {
                return parts[i].substring(name.length() + 1).replace("\"", "");
            }
        }
        return null;
    }
}
