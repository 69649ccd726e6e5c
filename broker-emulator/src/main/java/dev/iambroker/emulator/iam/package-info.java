/** The token service: strict check of the form, then the grant, then signed tokens. Sits on http, directory, settings and record. */
@NullMarked
package dev.iambroker.emulator.iam;

import org.jspecify.annotations.NullMarked;
