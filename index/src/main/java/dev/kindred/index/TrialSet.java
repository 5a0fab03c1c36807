package dev.kindred.index;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Vectors that engines are tried on, and those that they are asked for.
 *
 * @param all what there is
 * @param rows positions in {@code all} of what is indexed, rising
 * @param queries of the same space
 * @param heldOut whether the queries were taken out of {@code all}, so that none of them is indexed
 * @param total items of the collection that {@code all} is, or was drawn from
 */
@SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
public record TrialSet(Embeddings all, int[] rows, Embeddings queries, boolean heldOut, long total) {
    /** Queries that are held out where none are given, if that is no more than a tenth of the vectors. */
    public static final int HELD_OUT = 500;

    private static final int MOST_QUERIES = 1_000;
    private static final int QUERIES = 1;
    private static final int ROWS = 2;

    /**
     * Draws queries and leaves them out of what is indexed: a query must not find itself.
     *
     * @param total of what {@code all} was drawn from
     * @throws Refusal where there are too few
     */
    public static TrialSet holdingOut(Embeddings all, long total, long seed) {
        int queries = Math.min(HELD_OUT, all.count() / 10);
        if (queries == 0) {
            throw new Refusal(
                    "there are " + all.count() + " vectors, too few to hold some out as queries",
                    "SOURCE",
                    "name queries with --queries, or more vectors");
        }
        int[] order = shuffled(all.count(), seed, QUERIES);
        int[] rows = Arrays.copyOfRange(order, queries, order.length);
        Arrays.sort(rows);
        return new TrialSet(all, rows, all.select(Arrays.copyOf(order, queries)), true, total);
    }

    /** All vectors, asked by others; by a draw of these where they are more than are needed. */
    public static TrialSet asked(Embeddings all, long total, Embeddings queries, long seed) {
        all.space().require(queries.space(), "queries");
        if (queries.count() == 0) {
            throw new Refusal("there are no queries", "--queries", "give some hundred, or none to hold vectors out");
        }
        int[] order = shuffled(queries.count(), seed, QUERIES);
        Embeddings drawn = queries.select(Arrays.copyOf(order, Math.min(MOST_QUERIES, order.length)));
        return new TrialSet(all, IntStream.range(0, all.count()).toArray(), drawn, false, total);
    }

    /** A draw of so many rows; all where there are no more. */
    public TrialSet limited(int most, long seed) {
        if (most >= rows.length) {
            return this;
        }
        int[] order = shuffled(rows.length, seed, ROWS);
        int[] fewer = Arrays.stream(order, 0, most).map(at -> rows[at]).sorted().toArray();
        return new TrialSet(all, fewer, queries, heldOut, total);
    }

    private static int[] shuffled(int n, long seed, int stream) {
        int[] order = IntStream.range(0, n).toArray();
        Keyed.of(seed, stream).shuffle(order);
        return order;
    }

    public Space space() {
        return all.space();
    }

    /** How many are indexed. */
    public int count() {
        return rows.length;
    }

    /** Whether all of the collection is indexed, but for what is held out. */
    public boolean isWhole() {
        return count() + (heldOut ? queries.count() : 0) >= total;
    }

    /** Bytes of what is indexed, as float32. */
    public long vectorBytes() {
        return 4L * count() * space().dimension();
    }

    /** What is indexed: an item's id is its position in {@code all}. */
    Stream<Item> items() {
        return Arrays.stream(rows).mapToObj(row -> Item.of(Integer.toString(row), all.row(row)));
    }

    /** The score of a query and a vector of {@code all}, in double precision. */
    double score(int query, int row) {
        int d = space().dimension();
        return space().distance().score(queries.values(), query * d, all.values(), row * d, d);
    }

    /** Whether a query is, value by value, a vector of {@code all}. */
    boolean isSame(int query, int row) {
        int d = space().dimension();
        return Arrays.equals(queries.values(), query * d, query * d + d, all.values(), row * d, row * d + d);
    }

    /** @throws Refusal naming the vector that an index cannot take, or the query it cannot answer */
    void require() {
        for (int row : rows) {
            space().distance().require(all.row(row), "vector " + row);
        }
        for (int i = 0; i < queries.count(); i++) {
            space().distance().require(queries.row(i), "query " + i);
        }
    }
}
