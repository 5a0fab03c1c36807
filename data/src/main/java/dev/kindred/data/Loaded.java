package dev.kindred.data;

import java.util.List;

/**
 * What came of loading.
 *
 * @param values of the rows that could be decoded, in their order
 * @param rows their rows in the data set
 * @param failures the rows that could not, named; at most 1% of all
 */
public record Loaded<T>(List<T> values, int[] rows, List<Problem> failures, PictureSizes sizes) {
    public Loaded {
        failures = List.copyOf(failures);
    }
}
