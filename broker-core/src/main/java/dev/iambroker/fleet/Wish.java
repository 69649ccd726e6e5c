package dev.iambroker.fleet;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;

/**
 * That somebody on this broker uses a token which another broker renews.
 *
 * @param isForced it is to be renewed although a good one is there
 */
public record Wish(AccountName account, TokenKind kind, boolean isForced) {}
