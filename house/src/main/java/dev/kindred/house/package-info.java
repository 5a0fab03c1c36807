/** Holds the architecture and the formatting of all modules; ships nothing. */
@NullMarked
package dev.kindred.house;

import org.jspecify.annotations.NullMarked;
