package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Workers;
import dev.kindred.index.Effort;
import dev.kindred.index.Filter;
import dev.kindred.index.Value;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * A search with filters beside one without, in a process of its own: {@code FilterTimes SET GENERATION ROUNDS}, all at the effort at which
 * 0.99 of the ten nearest are found without a filter.
 */
final class FilterTimes {
    /** Of {@link OurIndex#BUCKETS} that pass. */
    static final List<Integer> PASSING = List.of(500, 100, 10, 1);

    private FilterTimes() {}

    public static void main(String[] words) {
        SearchSet set = IndexSets.open(Path.of(words[0]));
        JsonObject json = new JsonObject();
        try (OurIndex index = OurIndex.open(set, Path.of(words[1]), 1)) {
            int ef = new EffortCurve(each -> index.search(new Effort.Ef(each))).reaching(0.99);
            Effort effort = new Effort.Ef(ef);
            json.addProperty("ef", ef);
            Map<String, DoubleSupplier> sides = new LinkedHashMap<>();
            sides.put("none", () -> index.search(effort).cpuSeconds());
            for (int passing : PASSING) {
                Filter filter = Filter.Range.below(OurIndex.BUCKET, Value.of((long) passing));
                JsonObject about = new JsonObject();
                long from = System.nanoTime();
                index.generation()
                        .search(index.queries().getFirst().effort(effort).filter(filter));
                about.addProperty("firstMicros", (System.nanoTime() - from) / 1e3);
                int[] truth = truth(set, passing);
                about.addProperty("recall", index.search(effort, filter, truth).recall());
                json.add(name(passing), about);
                sides.put(
                        name(passing), () -> index.search(effort, filter, truth).cpuSeconds());
            }
            Map<String, List<Double>> seconds = ScanTimes.measure(sides, Integer.parseInt(words[2]));
            List<Double> none = seconds.getOrDefault("none", List.of());
            json.add("none", Spread.array(none));
            for (int passing : PASSING) {
                List<Double> each = seconds.getOrDefault(name(passing), List.of());
                json.getAsJsonObject(name(passing))
                        .add(
                                "ratios",
                                Spread.array(IntStream.range(0, each.size())
                                        .mapToObj(i -> each.get(i) / none.get(i))
                                        .toList()));
            }
        }
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    static String name(int passing) {
        return 100.0 * passing / OurIndex.BUCKETS + " %";
    }

    /** The ten nearest of the rows that pass. */
    private static int[] truth(SearchSet set, int passing) {
        int[] rows = IntStream.range(0, set.n())
                .filter(row -> row % OurIndex.BUCKETS < passing)
                .toArray();
        float[] vectors = new float[rows.length * set.dimension()];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(set.rows(), rows[i] * set.dimension(), vectors, i * set.dimension(), set.dimension());
        }
        try (Workers workers = Workers.ofAllCores()) {
            int[] found = ExactNeighbors.ten(vectors, set.queries(), set.dimension(), set.distance(), workers);
            return Arrays.stream(found).map(at -> rows[at]).toArray();
        }
    }
}
