package dev.kindred.core.metric;

import dev.kindred.core.Keyed;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pairs of samples that are the same or different, one by one: for what cannot score all pairs of a set at once, as a comparator cannot.
 *
 * @param left rows of samples, one a pair; {@code right} likewise
 * @param differentWeight how many pairs a different one stands for where a same one stands for one: above 1 where more of the same ones were
 *     drawn than of the others. Rates of either kind do not ask for it; what sets both side by side, as precision does, must
 */
public record LabelledPairs(int[] left, int[] right, boolean[] same, double differentWeight) {
    /** Of a set with more pairs than this, so many are drawn by key. */
    public static final int MOST = 500_000;

    public LabelledPairs {
        if (left.length != right.length || left.length != same.length) {
            throw new IllegalArgumentException(left.length + " pairs, " + right.length + ", " + same.length);
        }
        if (!(differentWeight > 0)) {
            throw new IllegalArgumentException("a weight of " + differentWeight);
        }
    }

    /** All the pairs that there are. */
    public LabelledPairs(int[] left, int[] right, boolean[] same) {
        this(left, right, same, 1);
    }

    public int size() {
        return left.length;
    }

    public int sameCount() {
        return (int) IntStream.range(0, size()).filter(p -> same[p]).count();
    }

    /**
     * All pairs of different labelled samples. Of more than {@link #MOST} the same ones (as many as are half of it) and others are drawn,
     * each kind by chance alone, so that rates are what they are over all, and with its weight precision too.
     *
     * @param labels class numbers, one a row; −1 takes no part
     * @param seed of what is drawn
     */
    public static LabelledPairs all(int[] labels, long seed) {
        return all(labels, seed, MOST);
    }

    static LabelledPairs all(int[] labels, long seed, int most) {
        int[] rows = IntStream.range(0, labels.length)
                .filter(row -> labels[row] >= 0)
                .toArray();
        long sames = Arrays.stream(rows)
                .boxed()
                .collect(Collectors.groupingBy(row -> labels[row], Collectors.counting()))
                .values()
                .stream()
                .mapToLong(n -> n * (n - 1) / 2)
                .sum();
        long all = (long) rows.length * (rows.length - 1) / 2;
        double sameShare = all <= most ? 1 : Math.min(1, most / 2.0 / Math.max(1, sames));
        double otherShare = all <= most ? 1 : Math.min(1, (most - sameShare * sames) / Math.max(1, all - sames));
        Builder builder = new Builder();
        for (int i = 0; i < rows.length; i++) {
            Keyed draws = Keyed.of(seed, 0x5B17L, rows[i]);
            for (int j = i + 1; j < rows.length; j++) {
                boolean same = labels[rows[i]] == labels[rows[j]];
                double share = same ? sameShare : otherShare;
                if (share == 1 || draws.nextDouble() < share) {
                    builder.add(rows[i], rows[j], same);
                }
            }
        }
        return builder.build(otherShare > 0 ? sameShare / otherShare : 1);
    }

    /** The pairs from one on. */
    public LabelledPairs from(int first) {
        return new LabelledPairs(
                Arrays.copyOfRange(left, first, size()),
                Arrays.copyOfRange(right, first, size()),
                Arrays.copyOfRange(same, first, size()),
                differentWeight);
    }

    /** The same pairs by other numbers: row {@code i} becomes {@code numbers[i]}. */
    public LabelledPairs numbered(int[] numbers) {
        return new LabelledPairs(
                Arrays.stream(left).map(row -> numbers[row]).toArray(),
                Arrays.stream(right).map(row -> numbers[row]).toArray(),
                same,
                differentWeight);
    }

    /** Pairs as they come. */
    public static final class Builder {
        private final IntStream.Builder left = IntStream.builder();
        private final IntStream.Builder right = IntStream.builder();
        private final IntStream.Builder same = IntStream.builder();

        public void add(int one, int other, boolean alike) {
            left.add(one);
            right.add(other);
            same.add(alike ? 1 : 0);
        }

        public void add(LabelledPairs pairs) {
            for (int p = 0; p < pairs.size(); p++) {
                add(pairs.left[p], pairs.right[p], pairs.same[p]);
            }
        }

        public LabelledPairs build() {
            return build(1);
        }

        /** @param differentWeight as the pairs have it */
        public LabelledPairs build(double differentWeight) {
            int[] kinds = same.build().toArray();
            boolean[] alike = new boolean[kinds.length];
            for (int p = 0; p < alike.length; p++) {
                alike[p] = kinds[p] == 1;
            }
            return new LabelledPairs(left.build().toArray(), right.build().toArray(), alike, differentWeight);
        }
    }
}
