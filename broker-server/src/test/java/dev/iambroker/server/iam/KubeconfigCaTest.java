package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KubeconfigCaTest {
    @Test
    void find_yamlAndZipOfYaml_yieldTheSame() throws IOException {
        String pem = Files.readString(SelfSigned.shared().pem());
        String yaml =
                "apiVersion: v1\nclusters:\n- name: n\n  cluster:\n    server: https://s\n    certificate-authority-data: "
                        + base64(pem) + "\nusers: []\n";

        assertThat(KubeconfigCa.find(yaml.getBytes(StandardCharsets.UTF_8))).isEqualTo(pem);
        assertThat(KubeconfigCa.find(zip("a.yaml", yaml))).isEqualTo(pem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PK\u0003\u0004junk",
                "[1,2",
                "a: &a [*a, *a]",
                "clusters: x",
                "clusters: [{cluster: {certificate-authority-data: '!!'}}]",
                "clusters: [{cluster: {certificate-authority-data: bm8=}}]",
                "!!javax.script.ScriptEngineManager [a]"
            })
    void find_hostileOrUseless_isNone(String document) {
        assertThat(KubeconfigCa.find(document.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void find_deepYamlOrInflatingZip_isNone() {
        assertThat(KubeconfigCa.find("[".repeat(200_000).getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(KubeconfigCa.find(zip("ca.pem", "0".repeat(5_000_000)))).isNull();
    }

    @Test
    void find_behindAnInflatingEntryThatNobodyAsksFor_isNotReached() throws IOException {
        String pem = Files.readString(SelfSigned.shared().pem());
        byte[] archive = zip("filler.bin", "0".repeat(5_000_000), "ca.pem", pem);

        assertThat(KubeconfigCa.find(archive)).isNull();
        assertThat(KubeconfigCa.find(zip("small.bin", "0", "ca.pem", pem))).isEqualTo(pem);
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] zip(String... namesAndTexts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }
}
