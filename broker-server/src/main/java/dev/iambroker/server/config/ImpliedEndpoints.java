package dev.iambroker.server.config;

import dev.iambroker.account.Cloud;
import org.jspecify.annotations.Nullable;

/** Tells what a cloud implies, so that the effective configuration can show it. */
@FunctionalInterface
public interface ImpliedEndpoints {
    /** Shows nothing for what is not configured. */
    ImpliedEndpoints UNKNOWN = (cloud, region) -> Endpoints.IMPLIED;

    /** @param region as configured; null for the default one */
    Endpoints of(Cloud cloud, @Nullable String region);
}
