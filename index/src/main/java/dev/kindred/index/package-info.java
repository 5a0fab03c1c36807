/**
 * The VectorIndex contract and the embedded exact engine.
 *
 * <p>From the outside in: {@link dev.kindred.index.VectorIndex} is what every engine promises; {@link dev.kindred.index.ExactIndex} is
 * the engine that reads all rows. Its folder's one file is laid out by {@code Header}, written by {@code RowsWriter}, opened as a
 * {@code Snapshot} of {@code Columns}, and read by a {@code Scan}: {@code Kernel} makes sums of rows, {@code TopK} keeps the best,
 * {@code RowTest} asks the filter.
 */
@NullMarked
package dev.kindred.index;

import org.jspecify.annotations.NullMarked;
