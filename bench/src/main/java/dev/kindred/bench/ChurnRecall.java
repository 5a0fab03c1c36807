package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Workers;
import dev.kindred.index.Change;
import dev.kindred.index.Effort;
import dev.kindred.index.Engine;
import dev.kindred.index.Filter;
import dev.kindred.index.Visibility;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * What deleting and changing a fifth each does to recall, in a process of its own: {@code ChurnRecall N QUERIES FOLDER}. Clustered vectors
 * are loaded; then every fifth row goes and the next of each five gets another vector, in batches in no order, while a thread searches.
 * What is found then, uncompacted, stands beside an index built afresh of what is left, at the effort at which that finds 0.95.
 */
final class ChurnRecall {
    private static final int DIMENSION = 128;
    private static final int BATCH = 200;

    private ChurnRecall() {}

    public static void main(String[] words) {
        int n = Integer.parseInt(words[0]);
        int q = Integer.parseInt(words[1]);
        Path folder = Path.of(words[2]);
        ClusteredVectors vectors = ClusteredVectors.hard(1, DIMENSION);
        float[] all = vectors.rows(n + n / 5);
        SearchSet before = new SearchSet(
                "clustered",
                Distance.COSINE,
                DIMENSION,
                Arrays.copyOf(all, n * DIMENSION),
                vectors.queries(q),
                new int[q * 10]);
        JsonObject json = new JsonObject();
        json.addProperty("n", n);
        int[] rows = IntStream.range(0, n).filter(row -> row % 5 != 0).toArray();
        float[] left = new float[rows.length * DIMENSION];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(all, source(rows[i], n) * DIMENSION, left, i * DIMENSION, DIMENSION);
        }
        SearchSet after;
        try (Workers workers = Workers.ofAllCores()) {
            after = SearchSet.of("clustered", Distance.COSINE, DIMENSION, left, before.queries(), workers);
        }
        int ef;
        double fresh;
        try (OurIndex index = OurIndex.build(after, folder, Engine.graph(), 2)) {
            EffortCurve curve = new EffortCurve(each -> index.search(new Effort.Ef(each)));
            ef = curve.reaching(0.95);
            fresh = curve.recall(ef);
        }
        json.addProperty("ef", ef);
        json.addProperty("freshRecall", fresh);
        int[] truth = Arrays.stream(after.truth()).map(at -> rows[at]).toArray();
        try (OurIndex index = OurIndex.build(before, folder, Engine.graph(), 2)) {
            json.addProperty("searches", churned(index, before, all, ef));
            OurIndex.Pass pass = index.search(new Effort.Ef(ef), Filter.everything(), truth);
            json.addProperty("recall", pass.recall());
            json.addProperty("count", index.generation().info().count());
        }
        OurIndex.delete(folder);
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    /** Whose vector a row has in the end: every fifth has one of those drawn after the first n. */
    private static int source(int row, int n) {
        return row % 5 == 1 ? n + row / 5 : row;
    }

    /** @return passes over all queries that came meanwhile */
    private static int churned(OurIndex index, SearchSet before, float[] all, int ef) {
        int n = before.n();
        List<Change> changes = new ArrayList<>();
        for (int row = 0; row < n; row++) {
            if (row % 5 == 0) {
                changes.add(new Change.Delete(Integer.toString(row)));
            } else if (row % 5 == 1) {
                changes.add(new Change.Put(OurIndex.item(row, OurIndex.vector(all, source(row, n), DIMENSION))));
            }
        }
        Keyed random = Keyed.of(7);
        for (int i = changes.size() - 1; i > 0; i--) {
            Collections.swap(changes, i, random.nextInt(i + 1));
        }
        AtomicBoolean ended = new AtomicBoolean();
        int[] passes = {0};
        Thread searcher = Thread.ofPlatform().daemon().start(() -> {
            while (!ended.get()) {
                index.search(new Effort.Ef(ef));
                passes[0]++;
            }
        });
        for (int from = 0; from < changes.size(); from += BATCH) {
            List<Change> batch = changes.subList(from, Math.min(changes.size(), from + BATCH));
            boolean last = from + BATCH >= changes.size();
            index.generation().write(batch, last ? Visibility.SEARCHABLE : Visibility.ACKNOWLEDGED);
        }
        ended.set(true);
        try {
            searcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while searching", e);
        }
        return passes[0];
    }
}
