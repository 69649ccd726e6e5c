@NullMarked
package dev.iambroker.server.json;

import org.jspecify.annotations.NullMarked;
