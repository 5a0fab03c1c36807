/** What {@code bench/load} starts and pins beside itself. */
@NullMarked
package dev.kindred.bench.load;

import org.jspecify.annotations.NullMarked;
