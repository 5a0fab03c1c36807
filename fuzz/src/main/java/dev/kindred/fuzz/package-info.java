/** Spoils valid requests in every way a stranger might, and watches what a server makes of them. */
@NullMarked
package dev.kindred.fuzz;

import org.jspecify.annotations.NullMarked;
