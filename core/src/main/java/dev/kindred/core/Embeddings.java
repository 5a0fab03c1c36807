package dev.kindred.core;

import java.util.Arrays;

/**
 * Vectors of one space, {@code [count, d]} float32 in one array, row after row.
 *
 * @param values {@code count * space.dimension()} numbers; not to be changed after construction
 */
public record Embeddings(Space space, int count, float[] values) {
    public Embeddings {
        if (values.length != Math.multiplyExact(count, space.dimension())) {
            throw new IllegalArgumentException(
                    values.length + " values for " + count + " vectors of " + space.dimension());
        }
    }

    public int dimension() {
        return space.dimension();
    }

    /** A copy of row {@code i}. */
    public float[] row(int i) {
        int d = dimension();
        return Arrays.copyOfRange(values, i * d, i * d + d);
    }

    /** The score of rows {@code i} and {@code j}, in double precision. */
    public double score(int i, int j) {
        int d = dimension();
        return space.distance().score(values, i * d, values, j * d, d);
    }

    /** The chosen rows, in the order given. */
    public Embeddings select(int[] rows) {
        int d = dimension();
        float[] chosen = new float[rows.length * d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * d, chosen, i * d, d);
        }
        return new Embeddings(space, rows.length, chosen);
    }
}
