package dev.iambroker.it.bench;

/** What came of a figure. */
sealed interface Outcome permits Measured, NotMeasured {}
