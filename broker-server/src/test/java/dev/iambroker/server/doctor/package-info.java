@NullMarked
package dev.iambroker.server.doctor;

import org.jspecify.annotations.NullMarked;
