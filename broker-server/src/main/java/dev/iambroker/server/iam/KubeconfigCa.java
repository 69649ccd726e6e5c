package dev.iambroker.server.iam;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Finds the API server's certificate authority in a kubeconfig, and nothing else: the user's part is not kept. */
final class KubeconfigCa {
    private static final int MAX_YAML_CHARS = 1024 * 1024;

    /** Several times what a kubeconfig has, contexts and exec stanzas included. */
    private static final int MAX_DEPTH = 32;

    private static final String FIRST_LINE = "-----BEGIN CERTIFICATE-----";

    private KubeconfigCa() {}

    /**
     * @param kubeconfig JSON, YAML, or a zip archive of a YAML and its PEM files
     * @return PEM text; null where there is none, or none that is a certificate
     */
    static @Nullable String find(byte[] kubeconfig) {
        return KubeconfigZip.isZip(kubeconfig) ? inZip(KubeconfigZip.read(kubeconfig)) : inDocument(kubeconfig);
    }

    private static @Nullable String inZip(KubeconfigZip zip) {
        String inside = zip.document() == null ? null : inDocument(zip.document());
        return inside != null || zip.authority() == null ? inside : pem(zip.authority());
    }

    private static @Nullable String inDocument(byte[] document) {
        Object data = at(at(at(at(loaded(document), "clusters"), 0), "cluster"), "certificate-authority-data");
        return data instanceof String base64 ? pem(decoded(base64)) : null;
    }

    /** JSON is YAML as far as a kubeconfig goes. */
    private static @Nullable Object loaded(byte[] document) {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(MAX_YAML_CHARS)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(0)
                .build();
        String text = new String(document, StandardCharsets.UTF_8);
        try {
            return isDeep(text, settings) ? null : new Load(settings).loadFromString(text);
        } catch (YamlEngineException | NumberFormatException e) {
            // The latter is the parser's own mistake, where the text ends within an escape.
            return null;
        }
    }

    /** What composes the nodes calls itself for each level, as deep as a hostile document likes. */
    private static boolean isDeep(String text, LoadSettings settings) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                return true;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return false;
    }

    private static @Nullable Object at(@Nullable Object node, String key) {
        return node instanceof Map<?, ?> map ? map.get(key) : null;
    }

    private static @Nullable Object at(@Nullable Object node, int index) {
        return node instanceof List<?> list && index < list.size() ? list.get(index) : null;
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** A certificate in DER is one too, but no text that a kubeconfig could hold. */
    private static @Nullable String pem(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.US_ASCII);
        return text.contains(FIRST_LINE) && isCertificate(bytes) ? text : null;
    }

    private static boolean isCertificate(byte[] bytes) {
        try {
            return !CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes))
                    .isEmpty();
        } catch (CertificateException e) {
            return false;
        }
    }
}
