package dev.iambroker.iam;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a JWT of IAM says of itself, RFC 7519 section 4.1. Decoded without checking the signature: it came over TLS
 * from IAM, and is only read to plan by and to detect another account's token.
 *
 * @param issuedAt {@code iat}, IAM's clock
 * @param expiresAt {@code exp}, IAM's clock
 * @param user {@code email}, or else {@code sub}: whom a person would name
 * @param accountId {@code account.bss}, present only in account-bound access tokens
 * @param kubeAccounts the accounts of the claims {@code realmed_sub_<account>} and {@code sub_<account>}
 */
public record Claims(
        @Nullable Instant issuedAt,
        @Nullable Instant expiresAt,
        @Nullable String iamId,
        @Nullable String user,
        @Nullable String accountId,
        @Nullable String issuer,
        List<String> audience,
        Set<String> kubeAccounts) {
    public Claims {
        audience = List.copyOf(audience);
        kubeAccounts = Set.copyOf(kubeAccounts);
    }
}
