package dev.kindred.data;

/**
 * Two sides that share no class (or no group, or no sample; {@code how} says which), by row, ascending.
 *
 * @param how for people: what was held out, e.g. {@code 6 of 30 parents}
 */
public record Split(int[] train, int[] validation, String how) {}
