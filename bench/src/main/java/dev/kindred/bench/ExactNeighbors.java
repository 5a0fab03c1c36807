package dev.kindred.bench;

import dev.kindred.core.Distance;
import dev.kindred.core.Workers;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The ten nearest rows of each query by comparing it with every row, all sums in double precision. It shares no code with the indexes it is
 * the truth for.
 */
final class ExactNeighbors {
    static final int K = 10;

    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    /** So many queries share a pass over the rows, */
    private static final int QUERIES = 64;
    /** so many rows stay in the nearest cache meanwhile, */
    private static final int ROWS = 16;
    /** and so many queries share a row in the registers. */
    private static final int TOGETHER = 4;

    private final int dimension;
    /** The dimension, filled up with zeros to whole vectors; they add nothing to any sum. */
    private final int width;

    private final boolean squares;
    private final float[] rows;
    private final float[] queries;
    private final int[] ids;

    private ExactNeighbors(float[] rows, float[] queries, int dimension, Distance distance) {
        this.dimension = dimension;
        this.width = LANES.loopBound(dimension + LANES.length() - 1);
        this.squares = distance == Distance.L2;
        this.rows = rows;
        this.queries = queries;
        this.ids = new int[queries.length / dimension * K];
    }

    /**
     * Finds them.
     *
     * @param rows n × dimension, n at least ten
     * @param queries q × dimension
     * @param distance of {@code COSINE} the inner product is taken, so the rows must be of unit length
     * @return q × 10 positions of rows, the nearest first and of equals the first
     */
    static int[] ten(float[] rows, float[] queries, int dimension, Distance distance, Workers workers) {
        if (rows.length < K * dimension) {
            throw new IllegalArgumentException("fewer than ten rows");
        }
        ExactNeighbors search = new ExactNeighbors(rows, queries, dimension, distance);
        workers.blocks(queries.length / dimension, QUERIES, search::block);
        return search.ids;
    }

    private void block(int from, int to) {
        int count = (to - from + TOGETHER - 1) / TOGETHER * TOGETHER;
        double[] asked = new double[count * width];
        widen(queries, from, to - from, asked);
        double[] tile = new double[ROWS * width];
        double[][] distances = new double[count][K];
        int[][] nearest = new int[count][K];
        for (double[] each : distances) {
            Arrays.fill(each, Double.POSITIVE_INFINITY);
        }
        double[] measured = new double[TOGETHER];
        int n = rows.length / dimension;
        for (int start = 0; start < n; start += ROWS) {
            int end = Math.min(start + ROWS, n);
            widen(rows, start, end - start, tile);
            for (int q = 0; q < count; q += TOGETHER) {
                for (int row = start; row < end; row++) {
                    measure(tile, (row - start) * width, asked, q * width, measured);
                    for (int i = 0; i < TOGETHER; i++) {
                        if (measured[i] < distances[q + i][K - 1]) {
                            insert(distances[q + i], nearest[q + i], measured[i], row);
                        }
                    }
                }
            }
        }
        for (int q = from; q < to; q++) {
            System.arraycopy(nearest[q - from], 0, ids, q * K, K);
        }
    }

    private void widen(float[] vectors, int from, int count, double[] wide) {
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < dimension; j++) {
                wide[i * width + j] = vectors[(from + i) * dimension + j];
            }
        }
    }

    /** Squared Euclidean distances, or inner products turned round, of one row to four queries. */
    private void measure(double[] tile, int row, double[] asked, int first, double[] measured) {
        DoubleVector a = DoubleVector.zero(LANES);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        for (int j = 0; j < width; j += LANES.length()) {
            DoubleVector x = DoubleVector.fromArray(LANES, tile, row + j);
            DoubleVector p = DoubleVector.fromArray(LANES, asked, first + j);
            DoubleVector q = DoubleVector.fromArray(LANES, asked, first + width + j);
            DoubleVector r = DoubleVector.fromArray(LANES, asked, first + 2 * width + j);
            DoubleVector s = DoubleVector.fromArray(LANES, asked, first + 3 * width + j);
            if (squares) {
                p = x.sub(p);
                q = x.sub(q);
                r = x.sub(r);
                s = x.sub(s);
                a = p.fma(p, a);
                b = q.fma(q, b);
                c = r.fma(r, c);
                d = s.fma(s, d);
            } else {
                a = x.fma(p, a);
                b = x.fma(q, b);
                c = x.fma(r, c);
                d = x.fma(s, d);
            }
        }
        double sign = squares ? 1 : -1;
        measured[0] = sign * a.reduceLanes(VectorOperators.ADD);
        measured[1] = sign * b.reduceLanes(VectorOperators.ADD);
        measured[2] = sign * c.reduceLanes(VectorOperators.ADD);
        measured[3] = sign * d.reduceLanes(VectorOperators.ADD);
    }

    /** Behind all that are as near, so that of equals the first row stays first. */
    private static void insert(double[] distances, int[] nearest, double distance, int row) {
        int at = K - 1;
        for (; at > 0 && distances[at - 1] > distance; at--) {
            distances[at] = distances[at - 1];
            nearest[at] = nearest[at - 1];
        }
        distances[at] = distance;
        nearest[at] = row;
    }
}
