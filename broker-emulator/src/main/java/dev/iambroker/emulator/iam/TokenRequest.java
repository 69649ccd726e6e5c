package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.GrantKind;
import org.jspecify.annotations.Nullable;

/** A token request that follows the pages. */
record TokenRequest(GrantKind kind, Client client, Form form) {

    /** A field that the rules made sure of. */
    String required(String field) {
        String value = form.get(field);
        if (value == null) {
            throw new IllegalStateException("the rules let a request without " + field + " pass");
        }
        return value;
    }

    /** The account to bind to, under either of its names. */
    @Nullable
    String account() {
        String account = form.get("bss_account");
        return account == null ? form.get("account") : account;
    }

    boolean wantsUaa() {
        String responseType = form.get("response_type");
        return responseType != null && responseType.endsWith("uaa");
    }
}
