package dev.iambroker.secret;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks code that may call {@link Secret#reveal()}. Searching for this name finds every place where a secret turns
 * into clear text.
 */
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.TYPE})
public @interface Reveals {
    /** Why clear text is needed here, and where it goes. */
    String value();
}
