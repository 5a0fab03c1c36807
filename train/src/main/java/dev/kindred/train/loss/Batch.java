package dev.kindred.train.loss;

import dev.kindred.core.Distance;
import org.jspecify.annotations.Nullable;

/**
 * What a loss sees, always in this one shape.
 *
 * @param embeddings {@code [n, d]}, row after row
 * @param labels class of each row
 * @param distance how alike two rows are: {@link Distance#COSINE} or {@link Distance#L2}
 * @param reference rows to compare with, no gradient flows into them; null to compare the batch with itself
 */
public record Batch(
        float[] embeddings,
        int n,
        int d,
        int[] labels,
        Distance distance,
        @Nullable Reference reference) {

    /** Embeddings {@code [m, d]} from elsewhere, e.g. a memory of earlier batches. */
    public record Reference(float[] embeddings, int m, int[] labels) {}

    public Batch {
        if (embeddings.length != n * d || labels.length != n) {
            throw new IllegalArgumentException(
                    embeddings.length + " values and " + labels.length + " labels for a batch of " + n + "×" + d);
        }
        if (distance == Distance.DOT) {
            throw new IllegalArgumentException(
                    "a loss compares by cosine or l2; an inner product has no scale to hold a margin");
        }
    }

    public static Batch of(float[] embeddings, int[] labels, int d, Distance distance) {
        return new Batch(embeddings, labels.length, d, labels, distance, null);
    }

    /** How many rows there are to compare with. */
    int columns() {
        return reference == null ? n : reference.m();
    }

    int columnLabel(int j) {
        return reference == null ? labels[j] : reference.labels()[j];
    }

    /** Whether row i and column j are the same sample, which is no pair. */
    boolean self(int i, int j) {
        return reference == null && i == j;
    }

    /** Whether row i and column j are two samples of one class. */
    boolean positive(int i, int j) {
        return !self(i, j) && labels[i] == columnLabel(j);
    }

    boolean negative(int i, int j) {
        return labels[i] != columnLabel(j);
    }
}
