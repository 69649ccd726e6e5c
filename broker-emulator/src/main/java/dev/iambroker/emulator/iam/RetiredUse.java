package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.Identity;
import java.time.Instant;

/**
 * A use of a refresh token one of whose successors had been used: nobody who takes care of a rotating session does that.
 *
 * @param session id of the login session
 * @param identity whose it is
 * @param at the time on the emulator's clock
 */
public record RetiredUse(String session, Identity identity, Instant at) {}
