package dev.iambroker.it.bench;

/** @param reason what is missing, in a few words */
record NotMeasured(String reason) implements Outcome {}
