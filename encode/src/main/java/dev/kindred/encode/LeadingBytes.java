package dev.kindred.encode;

/** The bytes of a text that are read. */
record LeadingBytes(byte[] bytes, int cost) implements Prepared {}
