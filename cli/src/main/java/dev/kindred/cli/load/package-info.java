/** Asks a running server many times, and tells how it bore it. */
@NullMarked
package dev.kindred.cli.load;

import org.jspecify.annotations.NullMarked;
