/** JMH and side-by-side peers; never part of the tests. */
@NullMarked
package dev.kindred.bench;

import org.jspecify.annotations.NullMarked;
