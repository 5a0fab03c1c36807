package dev.kindred.encode;

import java.nio.FloatBuffer;

/**
 * One sample of a graph's own input.
 *
 * @param values of many samples, perhaps
 * @param at where this one begins
 */
record ReadyValues(FloatBuffer values, int at, int cost) implements Prepared {}
