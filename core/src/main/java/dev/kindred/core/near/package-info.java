/**
 * What is nearly the same, found without comparing all with all: signatures that agree the more the more alike two things are, bands of
 * them that make candidates, and an exact comparison of those. Pure functions: the same input gives the same pairs on every machine and
 * with any number of threads.
 */
@NullMarked
package dev.kindred.core.near;

import org.jspecify.annotations.NullMarked;
