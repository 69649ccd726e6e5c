package dev.iambroker.credential;

import static dev.iambroker.credential.Answers.CREDENTIAL;
import static dev.iambroker.credential.Answers.ok;

import java.util.LinkedHashMap;
import java.util.Map;

/** Answers that no daemon of ours sends, and what is said of each. */
final class UntrustedAnswers {

    static final Map<String, String> ALL = new LinkedHashMap<>();

    static {
        breakingOff();
        malformed();
        tooLarge();
    }

    private UntrustedAnswers() {}

    private static void breakingOff() {
        var whole = ok(CREDENTIAL);
        ALL.put(whole.substring(0, whole.length() - 1), "it breaks off");
        ALL.put(whole.substring(0, whole.indexOf("\r\n\r\n") + 4), "it breaks off");
        ALL.put(whole.substring(0, whole.indexOf("\r\n\r\n") + 3), "it breaks off");
        ALL.put("H", "it breaks off");
        ALL.put("HTTP/1.1 200 OK\r\n\r\n" + CREDENTIAL.substring(0, CREDENTIAL.length() - 1), "it breaks off");
        ALL.put("HTTP/1.1 200 OK\r\n\r\n", "it breaks off");
    }

    private static void malformed() {
        ALL.put(ok(""), "it is empty");
        ALL.put("{\"token\":1}\r\n\r\n", "its status line is malformed");
        ALL.put("HTTP/2.0 200 OK\r\n\r\n" + CREDENTIAL, "its status line is malformed");
        ALL.put("HTTP/1.1 2000 OK\r\n\r\n" + CREDENTIAL, "its status line is malformed");
        ALL.put("HTTP/1.1 100 Continue\r\n\r\n" + ok(CREDENTIAL), "its status line is malformed");
        ALL.put("SSH-2.0-OpenSSH_9.2\r\n", "its status line is malformed");
        ALL.put("\r\n" + ok(CREDENTIAL), "its status line is malformed");
        ALL.put(ok(CREDENTIAL).replace("\r\n", "\n"), "a line of its head is malformed");
        ALL.put(with("X: a\u0000b"), "a line of its head is malformed");
        ALL.put(with("X: a\rb"), "a line of its head is malformed");
        ALL.put(with("X: a\r\n folded"), "a header line is malformed");
        ALL.put(with("X : a"), "a header line is malformed");
        ALL.put(with("no colon"), "a header line is malformed");
        ALL.put(with("Content-Length: 5"), "it has two lengths");
        ALL.put(with("TRANSFER-ENCODING: chunked"), "it has a transfer encoding");
        for (var length : new String[] {"", "-1", "+5", "0x5", "5 5", "5,5", "9999999999"}) {
            ALL.put(
                    "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + CREDENTIAL,
                    "its length is no number below the limit");
        }
    }

    private static void tooLarge() {
        ALL.put("HTTP/1.1 200 OK\r\ncontent-length:\t1048577 \r\n\r\n", "it is too large");
        ALL.put("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1024 * 1024 + 1), "it is too large");
        ALL.put(with("X: " + "x".repeat(17_000)), "its head is too large");
    }

    private static String with(String header) {
        return ok(CREDENTIAL).replace("Cache-Control: no-store", header);
    }
}
