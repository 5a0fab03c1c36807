/**
 * The VectorIndex contract and the embedded engines.
 *
 * <p>From the outside in: {@link dev.kindred.index.VectorIndex} is what every engine promises; {@link dev.kindred.index.ExactIndex} is
 * the engine that reads all rows of one file. That file is laid out by {@code Header}, written by {@code RowsWriter}, opened as a
 * {@code Snapshot} of {@code Columns}, and read by a {@code Scan}: {@code Kernel} makes sums of rows, {@code TopK} keeps the best,
 * {@code RowTest} asks the filter.
 *
 * <p>{@link dev.kindred.index.Generation} has its items in a {@link dev.kindred.index.Truth} and searches a view of them: {@code Follower}
 * keeps a {@code LuceneView} up with it and mends it; a {@code ViewReader} is one moment, a {@code ViewSearch} one query's way through it,
 * by {@code GraphWalk} where there is a graph; {@code FilterBits} are the rows that pass. {@code Tuning} knows how hard to try.
 */
@NullMarked
package dev.kindred.index;

import org.jspecify.annotations.NullMarked;
