package dev.kindred.index;

/**
 * Something that a check found wrong.
 *
 * @param where the file
 * @param hint what to do
 */
public record Finding(String where, String what, String hint) {}
