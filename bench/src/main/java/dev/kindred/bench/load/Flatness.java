package dev.kindred.bench.load;

import java.util.Arrays;
import java.util.List;

/** Whether memory stays where it is. */
public final class Flatness {
    private Flatness() {}

    /**
     * What a server has of memory at a moment.
     *
     * @param seconds since the load began
     */
    public record Sample(double seconds, long bytes) {}

    /**
     * By how much it grew from a moment to the end, as a share of what it had: along the line whose slope is the median of all pairs'
     * slopes (Theil 1950, Sen 1968), which a few odd samples do not turn.
     *
     * @param from seconds that are left out
     * @return NaN with fewer than three samples
     */
    public static double growth(List<Sample> samples, double from) {
        List<Sample> counted =
                samples.stream().filter(sample -> sample.seconds() >= from).toList();
        int n = counted.size();
        if (n < 3) {
            return Double.NaN;
        }
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
        double[] bytes = counted.stream().mapToDouble(Sample::bytes).sorted().toArray();
        double span = counted.getLast().seconds() - counted.getFirst().seconds();
        return slopes[slopes.length / 2] * span / bytes[n / 2];
    }
}
