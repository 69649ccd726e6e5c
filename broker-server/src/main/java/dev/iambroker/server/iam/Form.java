package dev.iambroker.server.iam;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A body of {@code application/x-www-form-urlencoded}: fields leave in the order in which they were added. */
final class Form {
    private final StringBuilder encoded = new StringBuilder();

    Form field(String name, String value) {
        if (!encoded.isEmpty()) {
            encoded.append('&');
        }
        encoded.append(encode(name)).append('=').append(encode(value));
        return this;
    }

    Form fieldUnlessNull(String name, @Nullable String value) {
        return value == null ? this : field(name, value);
    }

    @Reveals("the credential goes into the form, and the form to IAM alone")
    Form secret(String name, Secret value) {
        return field(name, value.reveal());
    }

    String encoded() {
        return encoded.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
