package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Pairs or triplets as they are read, on samples that are told apart by what they are. */
final class Tuples {
    private static final int MOST = 100_000_000;

    private final Gathering gathering;
    private final Map<String, Integer> rows = new HashMap<>();
    private int[] first = new int[1024];
    private int[] second = new int[1024];
    private int[] third = new int[0];
    private double[] scores = new double[1024];
    private int size;

    Tuples(Gathering gathering) {
        this.gathering = gathering;
    }

    /**
     * The sample's row; what was seen before has its row already.
     *
     * @param key equal for equal samples
     * @param id of a sample that is new
     */
    int row(String key, String id, Map<String, String> attributes, Origin origin) {
        Integer known = rows.get(key);
        if (known != null) {
            return known;
        }
        rows.put(key, gathering.size());
        gathering.add(id, null, attributes, origin);
        return gathering.size() - 1;
    }

    void pair(int left, int right, double score) {
        grow();
        first[size] = left;
        second[size] = right;
        scores[size++] = score;
    }

    void triplet(int anchor, int positive, int negative) {
        grow();
        if (third.length < first.length) {
            third = Arrays.copyOf(third, first.length);
        }
        first[size] = anchor;
        second[size] = positive;
        third[size++] = negative;
    }

    private void grow() {
        if (size == MOST) {
            throw new Refusal("more than %,d pairs or triplets".formatted(MOST), "DATA", "read fewer at once");
        }
        if (size == first.length) {
            int longer = Math.min(MOST, 2 * size);
            first = Arrays.copyOf(first, longer);
            second = Arrays.copyOf(second, longer);
            scores = Arrays.copyOf(scores, longer);
        }
    }

    int size() {
        return size;
    }

    Examples.Pairs pairs(Dataset samples) {
        double[] given = Arrays.copyOf(scores, size);
        boolean graded = Arrays.stream(given).anyMatch(score -> score != 0 && score != 1);
        return new Examples.Pairs(samples, Arrays.copyOf(first, size), Arrays.copyOf(second, size), given, graded);
    }

    Examples.Triplets triplets(Dataset samples) {
        return new Examples.Triplets(
                samples, Arrays.copyOf(first, size), Arrays.copyOf(second, size), Arrays.copyOf(third, size));
    }
}
