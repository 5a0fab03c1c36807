package dev.kindred.data;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Two sides that share no class (or no group, or no sample; {@code how} says which), by row, ascending.
 *
 * @param how for people: what was held out, e.g. {@code 6 of 30 parents}
 */
public record Split(int[] train, int[] validation, String how) {

    /**
     * Whether no class that validates is taught: only then do figures on validation tell of classes never seen.
     *
     * @param labels of all rows
     */
    public boolean holdsOutClasses(int[] labels) {
        Set<Integer> taught =
                Arrays.stream(train).map(row -> labels[row]).boxed().collect(Collectors.toSet());
        return Arrays.stream(validation).noneMatch(row -> taught.contains(labels[row]));
    }
}
