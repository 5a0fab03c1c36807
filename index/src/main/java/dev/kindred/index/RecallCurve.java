package dev.kindred.index;

import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What share of the true neighbours a search finds by how hard it tries, measured on items of the collection.
 *
 * @param count items that there were
 * @param sequence the number of the last write that was in
 * @param graphs that were walked: the same effort finds more in many than in one
 * @param points by rising effort, at least one
 */
public record RecallCurve(long count, long sequence, int graphs, List<Point> points) {

    /**
     * @param ef results that a walk keeps
     * @param recall mean Recall@10 over the queries, in [0, 1]
     * @param error its standard error
     */
    public record Point(int ef, double recall, double error) {
        /** What the recall is above, nineteen times of twenty. */
        public double low() {
            return Math.max(0, recall - 1.645 * error);
        }

        /** The 95% interval of the recall. */
        public Interval interval() {
            return new Interval(Math.max(0, recall - 1.96 * error), Math.min(1, recall + 1.96 * error));
        }

        /**
         * Of queries that are independent of one another.
         *
         * @param found the share of its true neighbours that each query found; may be none
         */
        static Point of(int ef, double[] found) {
            double sum = 0;
            double squares = 0;
            for (double share : found) {
                sum += share;
                squares += share * share;
            }
            int n = Math.max(1, found.length);
            double mean = sum / n;
            // Where all were found, one that was not may still come: as if one of the next n had lost one neighbour.
            double variance = Math.max(squares / n - mean * mean, 0.01 / n);
            return new Point(ef, mean, Math.sqrt(variance / n));
        }
    }

    public RecallCurve {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a curve of no points");
        }
    }

    /** The least effort that surely enough reaches a recall; 0, which is all rows, where none did. */
    public int effortFor(double recall) {
        for (Point point : points) {
            if (point.low() >= recall) {
                return point.ef();
            }
        }
        return 0;
    }

    /** As it is kept: a line of counts, then one a point. */
    String text() {
        StringBuilder text = new StringBuilder(count + " " + sequence + " " + graphs);
        points.forEach(p -> text.append(String.format(Locale.ROOT, "%n%d %.6f %.6f", p.ef(), p.recall(), p.error())));
        return text.toString();
    }

    /** @param text of {@link #text()} */
    static RecallCurve ofText(String text) {
        try {
            List<String> lines = text.lines().toList();
            String[] counts = lines.getFirst().split(" ");
            List<Point> points = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] numbers = line.split(" ");
                points.add(new Point(
                        Integer.parseInt(numbers[0]), Double.parseDouble(numbers[1]), Double.parseDouble(numbers[2])));
            }
            return new RecallCurve(
                    Long.parseLong(counts[0]), Long.parseLong(counts[1]), Integer.parseInt(counts[2]), points);
        } catch (RuntimeException e) {
            throw new Refusal("the kept recall cannot be read", "setting 'recall'", "measure it again", e);
        }
    }
}
