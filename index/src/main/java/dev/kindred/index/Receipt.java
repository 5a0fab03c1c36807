package dev.kindred.index;

/**
 * What a write came to.
 *
 * @param sequence the number of its last change (of the last write before, where there was nothing to change); numbers only grow
 * @param visibility how far it has come: at least what was asked for
 */
public record Receipt(long sequence, Visibility visibility) {}
