package dev.kindred.bench.load;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether memory stays where it is, by two looks that miss different things: a line through all of it does not see what only the last
 * minutes did, and two medians do not see a slope between them that noise hides. Both are shares of what there was.
 *
 * @param trend growth from when it had settled to the end along the line whose slope is the median of all pairs' slopes (Theil 1950, Sen
 *     1968), which a few odd samples do not turn
 * @param late the median of the last window against that of the first one after it had settled
 * @param highest bytes after it had settled
 */
public record Flatness(double trend, double late, long highest) {
    private static final int LEAST = 5;

    /**
     * What a server has of memory at a moment.
     *
     * @param seconds since the load began
     */
    public record Sample(double seconds, long bytes) {}

    /**
     * @param samples in their order
     * @param settled seconds that are left out
     * @param window seconds of which medians are taken
     * @return empty where the two windows would overlap, or where either has fewer than five samples
     */
    public static Optional<Flatness> of(List<Sample> samples, double settled, double window) {
        if (samples.isEmpty()) {
            return Optional.empty();
        }
        double end = samples.getLast().seconds();
        List<Sample> counted = between(samples, settled, end);
        List<Sample> first = between(samples, settled, settled + window);
        List<Sample> last = between(samples, end - window, end);
        if (end - window < settled + window || first.size() < LEAST || last.size() < LEAST) {
            return Optional.empty();
        }
        return Optional.of(new Flatness(
                trend(counted),
                median(last) / median(first) - 1,
                counted.stream().mapToLong(Sample::bytes).max().orElseThrow()));
    }

    /** The worse of the two. */
    public double growth() {
        return Math.max(trend, late);
    }

    private static List<Sample> between(List<Sample> samples, double from, double to) {
        return samples.stream()
                .filter(sample -> sample.seconds() >= from && sample.seconds() <= to)
                .toList();
    }

    private static double median(List<Sample> samples) {
        long[] bytes = samples.stream().mapToLong(Sample::bytes).sorted().toArray();
        return bytes[bytes.length / 2];
    }

    private static double trend(List<Sample> counted) {
        int n = counted.size();
        double[] slopes = new double[n * (n - 1) / 2];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                Sample first = counted.get(i);
                Sample second = counted.get(j);
                slopes[at++] = (second.bytes() - first.bytes()) / (second.seconds() - first.seconds());
            }
        }
        Arrays.sort(slopes);
        double span = counted.getLast().seconds() - counted.getFirst().seconds();
        return slopes[slopes.length / 2] * span / median(counted);
    }
}
