/** The server that {@code bench/fuzz} sends spoiled requests to, and the faults that are put into it on purpose. */
@NullMarked
package dev.kindred.bench.fuzz;

import org.jspecify.annotations.NullMarked;
