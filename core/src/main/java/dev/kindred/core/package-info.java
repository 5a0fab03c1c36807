/** The vocabulary as records and sealed interfaces; metrics and statistics as pure functions. */
@NullMarked
package dev.kindred.core;

import org.jspecify.annotations.NullMarked;
