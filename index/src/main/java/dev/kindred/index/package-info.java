/** The VectorIndex contract and the embedded exact engine. */
@NullMarked
package dev.kindred.index;

import org.jspecify.annotations.NullMarked;
