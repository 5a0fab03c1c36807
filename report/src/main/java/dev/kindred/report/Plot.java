package dev.kindred.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A picture of numbers, drawn as SVG that follows the page's colours. */
public sealed interface Plot {
    String title();

    /** What it shows, for those who do not see it. */
    String about();

    /** What stands for what. */
    record Key(Tone tone, String name) {}

    /** What is drawn, in the order in which it is. */
    default List<Key> legend() {
        return switch (this) {
            case Lines lines ->
                lines.series().stream().map(s -> new Key(s.tone(), s.name())).toList();
            case Histogram histogram ->
                histogram.bins().stream().map(b -> new Key(b.tone(), b.name())).toList();
            case Bars bars ->
                bars.series().stream().map(s -> new Key(s.tone(), s.name())).toList();
        };
    }

    /**
     * A line through points.
     *
     * @param y as many as {@code x}; NaN breaks the line
     * @param points whether each point is marked
     */
    record Series(String name, double[] x, double[] y, Tone tone, boolean points) {
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(x.length + " x for " + y.length + " y");
            }
        }
    }

    /** A dashed line with a word: a threshold, chance. */
    record Guide(String label, double at) {}

    /** @param diagonal whether a dashed line runs from corner to corner */
    record Lines(String title, String about, Axis x, Axis y, List<Series> series, boolean diagonal) implements Plot {
        public Lines {
            series = List.copyOf(series);
        }
    }

    /** The heights of bins of equal width over the x axis. */
    record Bins(String name, double[] heights, Tone tone) {}

    /** Histograms laid over one another. */
    record Histogram(
            String title,
            String about,
            Axis x,
            String yLabel,
            List<Bins> bins,
            @Nullable Guide guide) implements Plot {
        public Histogram {
            bins = List.copyOf(bins);
        }
    }

    /**
     * One bar.
     *
     * @param low lower end of its interval; NaN for none
     * @param high upper end of its interval; NaN for none
     */
    record Bar(double value, double low, double high) {
        public static Bar of(double value) {
            return new Bar(value, Double.NaN, Double.NaN);
        }
    }

    /** The bars of one thing, one a group; null where it has none. */
    record BarSeries(String name, List<@Nullable Bar> bars, Tone tone) {}

    /** Groups of bars side by side. */
    record Bars(String title, String about, List<String> groups, Axis y, List<BarSeries> series) implements Plot {
        public Bars {
            groups = List.copyOf(groups);
            series = List.copyOf(series);
        }
    }
}
