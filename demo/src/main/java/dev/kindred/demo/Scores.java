package dev.kindred.demo;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Inner products of many rows with many, four by two at a time so that each value read is used several times. */
final class Scores {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    private Scores() {}

    /**
     * Writes {@code out[q * n + j]} = rows[queries[from + q]] · rows[j] for the {@code n} rows of {@code d} values.
     */
    static void against(float[] rows, int n, int d, int[] queries, int from, int to, float[] out) {
        int whole = LANES.loopBound(d);
        for (int j = 0; j < n; j += 4) {
            int last = Math.min(n - j, 4) - 1;
            int r0 = j * d;
            int r1 = (j + Math.min(1, last)) * d;
            int r2 = (j + Math.min(2, last)) * d;
            int r3 = (j + Math.min(3, last)) * d;
            for (int q = from; q < to; q += 2) {
                int a = queries[q] * d;
                int b = queries[Math.min(q + 1, to - 1)] * d;
                FloatVector a0 = FloatVector.zero(LANES);
                FloatVector a1 = a0;
                FloatVector a2 = a0;
                FloatVector a3 = a0;
                FloatVector b0 = a0;
                FloatVector b1 = a0;
                FloatVector b2 = a0;
                FloatVector b3 = a0;
                for (int i = 0; i < whole; i += LANES.length()) {
                    FloatVector va = FloatVector.fromArray(LANES, rows, a + i);
                    FloatVector vb = FloatVector.fromArray(LANES, rows, b + i);
                    FloatVector v0 = FloatVector.fromArray(LANES, rows, r0 + i);
                    FloatVector v1 = FloatVector.fromArray(LANES, rows, r1 + i);
                    FloatVector v2 = FloatVector.fromArray(LANES, rows, r2 + i);
                    FloatVector v3 = FloatVector.fromArray(LANES, rows, r3 + i);
                    a0 = va.fma(v0, a0);
                    a1 = va.fma(v1, a1);
                    a2 = va.fma(v2, a2);
                    a3 = va.fma(v3, a3);
                    b0 = vb.fma(v0, b0);
                    b1 = vb.fma(v1, b1);
                    b2 = vb.fma(v2, b2);
                    b3 = vb.fma(v3, b3);
                }
                float[] sums = {sum(a0), sum(a1), sum(a2), sum(a3), sum(b0), sum(b1), sum(b2), sum(b3)};
                for (int i = whole; i < d; i++) {
                    sums[0] += rows[a + i] * rows[r0 + i];
                    sums[1] += rows[a + i] * rows[r1 + i];
                    sums[2] += rows[a + i] * rows[r2 + i];
                    sums[3] += rows[a + i] * rows[r3 + i];
                    sums[4] += rows[b + i] * rows[r0 + i];
                    sums[5] += rows[b + i] * rows[r1 + i];
                    sums[6] += rows[b + i] * rows[r2 + i];
                    sums[7] += rows[b + i] * rows[r3 + i];
                }
                System.arraycopy(sums, 0, out, (q - from) * n + j, last + 1);
                if (q + 1 < to) {
                    System.arraycopy(sums, 4, out, (q + 1 - from) * n + j, last + 1);
                }
            }
        }
    }

    private static float sum(FloatVector v) {
        return v.reduceLanes(VectorOperators.ADD);
    }
}
