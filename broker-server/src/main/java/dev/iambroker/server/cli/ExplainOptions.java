package dev.iambroker.server.cli;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Verb;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to explain of a configuration that no daemon need run with.
 *
 * @param config null for the usual places
 */
public record ExplainOptions(
        @Nullable Path config,
        ClientIdentity about,
        Verb verb,
        String account,
        @Nullable String cluster) {}
