package dev.kindred.core.metric;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Scores of rows against items in tiles, by float SIMD. Items are packed in panels, value by value across {@link #WIDTH} items, so
 * that a lane holds one pair and sums over the dimension in order: a score does not depend on the width of the machine's registers.
 * Cosine divides by norms taken in double precision beforehand; l2 sums squared differences, never a difference of squares, so that
 * near vectors keep their digits. Within 4e-7·√d·|a||b| of double precision (tests hold it to that).
 */
public final class ScoreTiles {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    /** Items a panel; a tile starts at a multiple of it. */
    public static final int WIDTH = 2 * LANES.length();

    private final int d;
    private final int itemCount;
    private final Distance distance;
    private final float[] rows;
    private final float[] panels;

    private ScoreTiles(Distance distance, int d, float[] rows, int itemCount, float[] panels) {
        this.distance = distance;
        this.d = d;
        this.rows = rows;
        this.itemCount = itemCount;
        this.panels = panels;
    }

    /**
     * Rows and items of one space; both may be the same object, which is then prepared once.
     *
     * @throws Refusal where a value is not finite, naming its row
     */
    public static ScoreTiles of(Embeddings rows, Embeddings items) {
        rows.space().require(items.space(), "score");
        Distance distance = rows.space().distance();
        int d = rows.dimension();
        float[] left = prepared(rows);
        float[] right = rows == items ? left : prepared(items);
        int count = items.count();
        float[] panels = new float[Math.multiplyExact(Math.ceilDiv(count, WIDTH) * WIDTH, d)];
        for (int j = 0; j < count; j++) {
            int at = (j / WIDTH) * d * WIDTH + j % WIDTH;
            for (int k = 0; k < d; k++) {
                panels[at + k * WIDTH] = right[j * d + k];
            }
        }
        return new ScoreTiles(distance, d, left, count, panels);
    }

    private static float[] prepared(Embeddings embeddings) {
        requireFinite(embeddings);
        if (embeddings.space().distance() != Distance.COSINE) {
            return embeddings.values();
        }
        int d = embeddings.dimension();
        float[] unit = embeddings.values().clone();
        for (int i = 0; i < embeddings.count(); i++) {
            double squares = 0;
            for (int k = i * d; k < (i + 1) * d; k++) {
                squares += (double) unit[k] * unit[k];
            }
            double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
            for (int k = i * d; k < (i + 1) * d; k++) {
                unit[k] = (float) (unit[k] * scale);
            }
        }
        return unit;
    }

    private static void requireFinite(Embeddings embeddings) {
        float[] values = embeddings.values();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new Refusal(
                        "embedding " + i / embeddings.dimension() + " holds " + values[i],
                        "embeddings",
                        "only finite numbers can be compared");
            }
        }
    }

    /** Columns that a tile of items {@code [from, to)} takes in its output: {@code to - from} rounded up to whole panels. */
    public static int stride(int from, int to) {
        return Math.ceilDiv(to - from, WIDTH) * WIDTH;
    }

    /**
     * The scores of rows {@code [rowFrom, rowTo)} against items {@code [itemFrom, itemTo)} into {@code out}, row after row with
     * {@link #stride} columns a row; columns beyond {@code itemTo} hold nothing of use.
     *
     * @param itemFrom a multiple of {@link #WIDTH}
     */
    public void scores(int rowFrom, int rowTo, int itemFrom, int itemTo, float[] out) {
        if (itemFrom % WIDTH != 0 || itemTo > itemCount) {
            throw new IllegalArgumentException("items " + itemFrom + " to " + itemTo + " of " + itemCount);
        }
        int stride = stride(itemFrom, itemTo);
        for (int column = 0; column < stride; column += WIDTH) {
            int panel = (itemFrom + column) * d;
            int row = rowFrom;
            for (; row + 4 <= rowTo; row += 4) {
                four(row, panel, out, (row - rowFrom) * stride + column, stride);
            }
            for (; row < rowTo; row++) {
                one(row, panel, out, (row - rowFrom) * stride + column);
            }
        }
        if (distance == Distance.L2) {
            int n = (rowTo - rowFrom) * stride;
            for (int i = 0; i < n; i++) {
                out[i] = (float) -Math.sqrt(out[i]);
            }
        }
    }

    /** In one piece: a vector handed to a method that the compiler does not inline becomes an object on the heap. */
    private void four(int row, int panel, float[] out, int at, int stride) {
        FloatVector s00 = FloatVector.zero(LANES);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        int r0 = row * d;
        int r1 = r0 + d;
        int r2 = r1 + d;
        int r3 = r2 + d;
        int half = LANES.length();
        boolean squares = distance == Distance.L2;
        for (int k = 0; k < d; k++) {
            FloatVector b0 = FloatVector.fromArray(LANES, panels, panel + k * WIDTH);
            FloatVector b1 = FloatVector.fromArray(LANES, panels, panel + k * WIDTH + half);
            FloatVector a0 = FloatVector.broadcast(LANES, rows[r0 + k]);
            FloatVector a1 = FloatVector.broadcast(LANES, rows[r1 + k]);
            FloatVector a2 = FloatVector.broadcast(LANES, rows[r2 + k]);
            FloatVector a3 = FloatVector.broadcast(LANES, rows[r3 + k]);
            if (squares) {
                FloatVector x = a0.sub(b0);
                s00 = x.fma(x, s00);
                x = a0.sub(b1);
                s01 = x.fma(x, s01);
                x = a1.sub(b0);
                s10 = x.fma(x, s10);
                x = a1.sub(b1);
                s11 = x.fma(x, s11);
                x = a2.sub(b0);
                s20 = x.fma(x, s20);
                x = a2.sub(b1);
                s21 = x.fma(x, s21);
                x = a3.sub(b0);
                s30 = x.fma(x, s30);
                x = a3.sub(b1);
                s31 = x.fma(x, s31);
            } else {
                s00 = a0.fma(b0, s00);
                s01 = a0.fma(b1, s01);
                s10 = a1.fma(b0, s10);
                s11 = a1.fma(b1, s11);
                s20 = a2.fma(b0, s20);
                s21 = a2.fma(b1, s21);
                s30 = a3.fma(b0, s30);
                s31 = a3.fma(b1, s31);
            }
        }
        s00.intoArray(out, at);
        s01.intoArray(out, at + half);
        s10.intoArray(out, at + stride);
        s11.intoArray(out, at + stride + half);
        s20.intoArray(out, at + 2 * stride);
        s21.intoArray(out, at + 2 * stride + half);
        s30.intoArray(out, at + 3 * stride);
        s31.intoArray(out, at + 3 * stride + half);
    }

    private void one(int row, int panel, float[] out, int at) {
        Arrays.fill(out, at, at + WIDTH, 0);
        for (int k = 0; k < d; k++) {
            float a = rows[row * d + k];
            int b = panel + k * WIDTH;
            for (int c = 0; c < WIDTH; c++) {
                if (distance == Distance.L2) {
                    float difference = a - panels[b + c];
                    out[at + c] = Math.fma(difference, difference, out[at + c]);
                } else {
                    out[at + c] = Math.fma(a, panels[b + c], out[at + c]);
                }
            }
        }
    }
}
