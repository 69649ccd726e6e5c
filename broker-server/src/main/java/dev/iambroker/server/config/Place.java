package dev.iambroker.server.config;

import java.nio.file.Path;

/**
 * A path and what put it there.
 *
 * @param origin {@code --config}, {@code environment XDG_STATE_HOME}, {@code default}, {@code broker.yaml:12}
 */
public record Place(Path path, String origin) {}
