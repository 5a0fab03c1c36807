package dev.kindred.index;

import dev.kindred.core.Distance;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A query held against rows of codes: a key, and how high the row's true key can be. What query and row lose by their codes moves the
 * one or the other by a known length, so by the triangle inequality their distance is off by at most the two lengths together; under dot
 * by Cauchy and Schwarz. What float32 sums round is allowed for as well. For one thread.
 */
final class CodedQuery {
    /** Half of the distance from one to the next float. */
    private static final double ROUNDING = 0x1p-24;
    /** The same of doubles, of the three terms of a squared distance and what led to them. */
    private static final double DOUBLES = 0x1p-50;

    private final Distance distance;
    private final int dimension;
    private final int padded;
    private final long stride;
    private final CodeKernel kernel;
    private final double scale;
    private final double squares;
    private final double error;
    private final double length;
    private int[] sums = new int[64];

    /** @param vector as it is compared: of unit length under cosine */
    CodedQuery(float[] vector, Distance distance) {
        this.distance = distance;
        this.dimension = vector.length;
        this.padded = RowCodes.padded(dimension);
        this.stride = RowCodes.bytes(dimension);
        float step = RowCodes.scale(vector);
        short[] codes = new short[padded];
        long sum = 0;
        double missed = 0;
        for (int i = 0; i < dimension; i++) {
            codes[i] = RowCodes.code(vector[i], step);
            sum += codes[i] * codes[i];
            double miss = vector[i] - (double) step * codes[i];
            missed += miss * miss;
        }
        this.kernel = new CodeKernel(codes);
        this.scale = step;
        this.squares = scale * scale * sum;
        this.error = Math.sqrt(missed);
        this.length = Distance.length(vector);
    }

    /** Keys by the codes, of rows anywhere. */
    void keys(MemorySegment rows, int[] chosen, int n, float[] keys) {
        kernel.sums(rows, stride, chosen, n, room(n));
        for (int i = 0; i < n; i++) {
            long row = chosen[i] * stride;
            double rowScale = RowCodes.scale(rows, row, padded);
            double product = scale * rowScale * sums[i];
            keys[i] =
                    (float) (distance == Distance.DOT ? product : near(distance, apart(rows, row, rowScale, product)));
        }
    }

    /** Bounds of the true keys of rows, one after another from {@code first} on; {@code floor} as {@link #rows} has it. */
    void line(MemorySegment rows, int first, int n, Bounds taker, Floor floor) {
        kernel.sums(rows, first * stride, stride, n, room(n));
        for (int i = 0; i < n; i++) {
            bounds(rows, first + i, sums[i], taker, floor);
        }
    }

    /** The same of rows anywhere. */
    void rows(MemorySegment rows, int[] chosen, int n, Bounds taker, Floor floor) {
        kernel.sums(rows, stride, chosen, n, room(n));
        for (int i = 0; i < n; i++) {
            bounds(rows, chosen[i], sums[i], taker, floor);
        }
    }

    /** Takes a row whose true key may be above the floor. */
    interface Bounds {
        void take(int row, float low, float high);
    }

    /** What a row has to reach; it may rise while rows are taken. */
    static final class Floor {
        private float key = Float.NEGATIVE_INFINITY;
        /** How far from the query a row may be that reaches it. */
        private double distance = Double.POSITIVE_INFINITY;

        float key() {
            return key;
        }
    }

    /** Sets a floor: a key that rows have to reach. */
    void raise(Floor floor, float key) {
        if (key > floor.key) {
            floor.key = key;
            floor.distance = distance == Distance.L2
                    ? Math.sqrt((-(double) key + tiny()) * (1 + 2 * rounding()))
                    : Math.sqrt(Math.max(0, 2 * (1 - (double) key + rounding())));
        }
    }

    private void bounds(MemorySegment rows, int row, int sum, Bounds taker, Floor floor) {
        long at = row * stride;
        double rowScale = RowCodes.scale(rows, at, padded);
        double rowError = RowCodes.error(rows, at, padded);
        double product = scale * rowScale * sum;
        if (distance == Distance.DOT) {
            double rowLength = rowScale * Math.sqrt(RowCodes.squares(rows, at, padded));
            double off = length * rowError + error * rowLength + rounding() * length * (rowLength + rowError) + tiny();
            if (product + off >= floor.key) {
                taker.take(row, down(product - off), up(product + off));
            }
            return;
        }
        double off = rowError + error;
        double rowSquares = rowScale * rowScale * RowCodes.squares(rows, at, padded);
        double square = squares - 2 * product + rowSquares;
        // What is left of near vectors is small beside what it is the difference of.
        double blur = DOUBLES * (squares + rowSquares);
        double reach = floor.distance + off;
        if (square - blur <= reach * reach) {
            double least = Math.max(0, Math.sqrt(Math.max(0, square - blur)) - off);
            double most = Math.sqrt(Math.max(0, square + blur)) + off;
            if (distance == Distance.L2) {
                taker.take(
                        row,
                        down(-most * most * (1 + rounding()) - tiny()),
                        up(-least * least * (1 - rounding()) + tiny()));
            } else {
                taker.take(
                        row,
                        down(near(distance, most * most) - rounding()),
                        up(near(distance, least * least) + rounding()));
            }
        }
    }

    /** The squared distance of the two as their codes have them. */
    private double apart(MemorySegment rows, long row, double rowScale, double product) {
        return Math.max(0, squares - 2 * product + rowScale * rowScale * RowCodes.squares(rows, row, padded));
    }

    private static double near(Distance distance, double square) {
        return distance == Distance.L2 ? -square : 1 - square / 2;
    }

    /**
     * How far a float32 sum of the dimension's products may be from the true one, of the sum of their sizes; under cosine that is one at
     * most, and lengths are one but for their own rounding.
     */
    private double rounding() {
        return (2 * dimension + 16) * ROUNDING;
    }

    /** What as many products lose by being too small for a float. */
    private double tiny() {
        return (dimension + 16) * 0x1p-149;
    }

    private static float down(double value) {
        return Math.nextDown((float) value);
    }

    private static float up(double value) {
        return Math.nextUp((float) value);
    }

    private int[] room(int n) {
        if (sums.length < n) {
            sums = Arrays.copyOf(sums, 2 * n);
        }
        return sums;
    }
}
