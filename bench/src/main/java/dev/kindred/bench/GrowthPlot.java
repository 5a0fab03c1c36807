package dev.kindred.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.report.Axis;
import dev.kindred.report.Picture;
import dev.kindred.report.Plot;
import dev.kindred.report.Scale;
import dev.kindred.report.Tone;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code docs/images/growth-*.svg}: latency over the number of vectors, drawn of the rows of {@code bench/growth}'s summary. */
public final class GrowthPlot {
    /**
     * What grows.
     *
     * @param sizes numbers of vectors, rising
     */
    record Of(String name, String title, List<Integer> sizes) {}

    static final Of CLUSTERED =
            new Of("clustered × 128", "Clustered vectors, 128 values", List.of(10_000, 100_000, 1_000_000));
    static final Of PICTURES =
            new Of("fashion-mnist × 784", "Pictures of Fashion-MNIST, 784 values", List.of(10_000, 60_000));

    private static final Map<String, Tone> KINDS = kinds();

    private GrowthPlot() {}

    private static Map<String, Tone> kinds() {
        Map<String, Tone> kinds = new LinkedHashMap<>();
        kinds.put(GrowthRows.FLOAT, Tone.MAIN);
        kinds.put(GrowthRows.INT8, Tone.THIRD);
        kinds.put(GrowthRows.HNSWLIB, Tone.OTHER);
        return kinds;
    }

    /** What each picture is, by its file; those of which nothing was measured are left out. */
    public static Map<Path, String> of(Path root, JsonObject summary) {
        Map<Path, String> files = new LinkedHashMap<>();
        for (Of how : List.of(CLUSTERED, PICTURES)) {
            List<Plot.Series> series = new ArrayList<>();
            KINDS.forEach((kind, tone) -> series(summary, how, kind, tone).ifPresent(series::add));
            if (!series.isEmpty()) {
                files.put(
                        root.resolve("docs")
                                .resolve("images")
                                .resolve("growth-" + how.name().replaceAll("[^a-z].*", "") + ".svg"),
                        Picture.of(plot(how, series)));
            }
        }
        return files;
    }

    private static Optional<Plot.Series> series(JsonObject summary, Of how, String kind, Tone tone) {
        List<double[]> points = new ArrayList<>();
        for (int n : how.sizes()) {
            String name = GrowthRows.name(how, n, kind);
            for (JsonElement element : summary.getAsJsonArray("numbers")) {
                JsonObject row = element.getAsJsonObject();
                if (row.get("what").getAsString().equals(name)
                        && !row.get("measured").isJsonNull()) {
                    points.add(new double[] {n, row.get("measured").getAsDouble()});
                }
            }
        }
        return points.size() < 2
                ? Optional.empty()
                : Optional.of(new Plot.Series(
                        kind,
                        points.stream().mapToDouble(p -> p[0]).toArray(),
                        points.stream().mapToDouble(p -> p[1]).toArray(),
                        tone,
                        true));
    }

    private static Plot plot(Of how, List<Plot.Series> measured) {
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Plot.Series series : measured) {
            for (double micros : series.y()) {
                least = Math.min(least, micros);
                most = Math.max(most, micros);
            }
        }
        List<Plot.Series> series = new ArrayList<>(measured);
        Plot.Series ours = measured.getFirst();
        double from = ours.x()[0];
        double to = ours.x()[ours.x().length - 1];
        double floor = ours.y()[0] * Math.pow(to / from, 0.35);
        series.add(new Plot.Series(
                "n^0.35", new double[] {from, to}, new double[] {ours.y()[0], floor}, Tone.QUIET, false));
        return new Plot.Lines(
                how.title(),
                "Median latency of one search at Recall@10 0.95, one thread.",
                new Axis("vectors", Scale.LOG, from / 1.3, to * 1.3, false),
                new Axis("median latency, µs", Scale.LOG, least / 1.5, Math.max(most, floor) * 1.5, false),
                series,
                false);
    }
}
