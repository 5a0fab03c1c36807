package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.index.Effort;
import dev.kindred.index.Engine;
import dev.kindred.index.Query;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How soon a large index answers, in a process of its own: {@code OpeningTimes build N FOLDER} makes an exact one of clustered vectors;
 * {@code OpeningTimes open N FOLDER ENGINE EF} opens it in a fresh JVM, asks, opens it once more with the compiler warm, and asks
 * again. The files are in the system's cache, as far as it keeps them.
 */
final class OpeningTimes {
    private static final int DIMENSION = 128;
    private static final ClusteredVectors VECTORS = ClusteredVectors.hard(1, DIMENSION);

    private static final int EARLY = 20;

    private OpeningTimes() {}

    public static void main(String[] words) {
        long begun = System.nanoTime();
        int n = Integer.parseInt(words[1]);
        Path folder = Path.of(words[2]);
        JsonObject json = words[0].equals("build")
                ? build(n, folder)
                : open(folder, begun, words[3].equals("exact") ? Effort.exact() : effort(words[4]));
        json.addProperty("n", n);
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    private static Effort effort(String ef) {
        return new Effort.Ef(Integer.parseInt(ef));
    }

    private static SearchSet asking(int q) {
        return new SearchSet(
                "clustered", Distance.COSINE, DIMENSION, new float[0], VECTORS.queries(q), new int[q * 10]);
    }

    private static JsonObject build(int n, Path folder) {
        double cpu = OurIndex.processCpuSeconds();
        long from = System.nanoTime();
        JsonObject json = new JsonObject();
        float[] all = VECTORS.rows(n);
        double drawn = OurIndex.processCpuSeconds() - cpu;
        try (OurIndex index = OurIndex.create(asking(1), folder, Engine.exact(), 2)) {
            index.generation()
                    .load(
                            IntStream.range(0, n)
                                    .mapToObj(row -> OurIndex.item(row, OurIndex.vector(all, row, DIMENSION))),
                            n,
                            Progress.SILENT);
            json.addProperty("bytes", index.generation().stats().fileBytes());
        }
        json.addProperty("seconds", (System.nanoTime() - from) / 1e9);
        json.addProperty("cpuSeconds", OurIndex.processCpuSeconds() - cpu - drawn);
        return json;
    }

    private static JsonObject open(Path folder, long begun, Effort effort) {
        SearchSet set = asking(200);
        JsonObject json = new JsonObject();
        try (OurIndex index = OurIndex.open(set, folder, 1)) {
            json.addProperty("openSeconds", (System.nanoTime() - begun) / 1e9);
            ask(index, effort, 0);
            json.addProperty("firstAnswerSeconds", (System.nanoTime() - begun) / 1e9);
            for (int i = 0; i < 2; i++) {
                index.search(effort);
            }
        }
        long again = System.nanoTime();
        try (OurIndex index = OurIndex.open(set, folder, 1)) {
            ask(index, effort, 0);
            json.addProperty("firstAnswerAgainSeconds", (System.nanoTime() - again) / 1e9);
            List<Double> early = new ArrayList<>();
            for (int i = 1; i <= EARLY; i++) {
                early.add(ask(index, effort, i));
            }
            index.search(effort);
            List<Double> warm = new ArrayList<>();
            for (int i = 1; i <= EARLY; i++) {
                warm.add(ask(index, effort, i));
            }
            json.add("earlyMicros", Spread.array(early));
            json.add("warmMicros", Spread.array(warm));
        }
        return json;
    }

    private static double ask(OurIndex index, Effort effort, int query) {
        Query asked = index.queries().get(query).effort(effort);
        long from = System.nanoTime();
        index.generation().search(asked);
        return (System.nanoTime() - from) / 1e3;
    }
}
