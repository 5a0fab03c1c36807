package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Keyed;
import dev.kindred.core.Npy;
import dev.kindred.index.EmbeddedIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines tried on vectors and indexes, from the command line. */
class IndexBenchCommandTest {
    private static final int N = 2_000;
    private static final int D = 16;

    @TempDir
    Path folder;

    private Shell shell;
    private Path vectors;

    @BeforeEach
    void twoThousandVectors() {
        shell = new Shell(folder.resolve("home"));
        vectors = npy("my vectors", N, D, 1);
    }

    private Path npy(String name, int count, int d, long seed) {
        float[] values = new float[count * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Keyed.of(seed, i).nextGaussian();
        }
        Path file = folder.resolve(name + ".npy");
        Npy.write(file, new Npy.Matrix(count, d, values));
        return file;
    }

    private JsonObject answer(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    private void nothingIsLeft() throws IOException {
        Path trials = folder.resolve("home").resolve("trials");
        if (Files.exists(trials)) {
            try (Stream<Path> left = Files.list(trials)) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void everythingIsToldAndNothingIsLeft() throws IOException {
        Path report = folder.resolve("r.html");
        Path killed = Files.createDirectories(folder.resolve("home")
                .resolve("trials")
                .resolve("trial-" + UUID.randomUUID() + "." + UUID.randomUUID()));
        Files.createFile(killed.resolve("held.lock"));
        Files.writeString(killed.resolve("vectors.rows"), "left");
        Path picture = folder.resolve("p.svg");
        JsonObject json = answer(
                "index", "bench", vectors, "--distance", "l2", "--report", report, "--picture", picture, "--json");
        nothingIsLeft();
        assertThat(json.keySet())
                .containsExactlyInAnyOrder(
                        "source",
                        "space",
                        "dimension",
                        "distance",
                        "count",
                        "rows",
                        "vectorBytes",
                        "queries",
                        "heldOut",
                        "queriesThatAreItems",
                        "timedQueries",
                        "rounds",
                        "k",
                        "targetRecall",
                        "seed",
                        "threads",
                        "engines",
                        "choice",
                        "seconds",
                        "report",
                        "picture");
        assertThat(json.get("rows").getAsInt()).isEqualTo(N - N / 10);
        assertThat(json.get("queries").getAsInt()).isEqualTo(N / 10);
        assertThat(json.get("heldOut").getAsBoolean()).isTrue();
        assertThat(json.get("queriesThatAreItems").getAsInt()).isZero();
        assertThat(json.getAsJsonArray("engines")).hasSize(6);
        for (JsonElement each : json.getAsJsonArray("engines")) {
            JsonObject engine = each.getAsJsonObject();
            assertThat(engine.keySet())
                    .containsExactlyInAnyOrder(
                            "engine",
                            "options",
                            "buildSeconds",
                            "buildCpuSeconds",
                            "bytes",
                            "memoryBytes",
                            "heapBytes",
                            "mappedBytes",
                            "mappedAreResident",
                            "curve");
            for (JsonElement one : engine.getAsJsonArray("curve")) {
                JsonObject point = one.getAsJsonObject();
                assertThat(point.keySet())
                        .containsExactlyInAnyOrder(
                                "ef",
                                "recall",
                                "low",
                                "high",
                                "surelyAbove",
                                "medianMicros",
                                "p95Micros",
                                "queriesPerCpuSecond");
                assertThat(point.get("recall").getAsDouble())
                        .isBetween(point.get("low").getAsDouble(), 1.0);
                JsonObject rate = point.getAsJsonObject("queriesPerCpuSecond");
                assertThat(rate.get("median").getAsDouble())
                        .isBetween(
                                rate.get("low").getAsDouble(), rate.get("high").getAsDouble());
            }
        }
        JsonObject choice = json.getAsJsonObject("choice");
        assertThat(choice.get("ef").getAsInt()).isZero();
        assertThat(choice.get("build").getAsString())
                .startsWith("kindred index build '" + vectors + "' --distance l2 --out DIR --engine ");
        // Which of them is quicker with so few rows is for the moment to say.
        assertThat(choice.get("why").getAsString())
                .containsPattern("as many as reading all rows"
                        + "|Reading all rows answers .*So few rows are read by a graph's searches too");
        assertThat(Files.readString(report)).contains("Which engine for").contains("<svg");
        assertThat(Files.readString(picture)).startsWith("<svg xmlns").contains("queries per CPU-second");
    }

    @Test
    void anIndexIsTriedByQueriesOfOthersAndStaysAsItIs() throws IOException {
        Path index = folder.resolve("index");
        answer("index", "build", vectors, "--out", index, "--space", "mine", "--engine", "exact", "--json");
        JsonObject before = answer("index", "stats", index, "--json");
        Path queries = npy("queries", 30, D, 2);
        JsonObject json;
        // Beside whoever writes there.
        try (EmbeddedIndex.Held held = EmbeddedIndex.hold(index, "the night shift")) {
            assertThat(held).isNotNull();
            json = answer(
                    "index",
                    "bench",
                    index,
                    "--queries",
                    queries,
                    "--rows",
                    1_500,
                    "-k",
                    5,
                    "--target-recall",
                    0.9,
                    "--json");
        }
        assertThat(json.get("space").getAsString()).isEqualTo("external:mine/16/cosine");
        assertThat(json.get("count").getAsInt()).isEqualTo(N);
        assertThat(json.get("rows").getAsInt()).isEqualTo(1_500);
        assertThat(json.get("queries").getAsInt()).isEqualTo(30);
        assertThat(json.get("heldOut").getAsBoolean()).isFalse();
        assertThat(json.get("queriesThatAreItems").getAsInt()).isZero();
        assertThat(answer("index", "stats", index, "--json")).isEqualTo(before);
        nothingIsLeft();
    }

    @Test
    void whatCannotBeTriedIsRefused() throws IOException {
        assertThat(refused(vectors, "--queries", npy("short", 4, 3, 2))).contains("queries of 3 values");
        assertThat(refused(vectors, "-k", N)).contains("k is 2000, and 1800 vectors");
        assertThat(refused(vectors, "--target-recall", 1.5)).contains("target recall");
        assertThat(refused(vectors, "--minutes", 0)).contains("--minutes");
        assertThat(refused(vectors, "--rows", 0)).contains("--rows");
        assertThat(refused(folder.resolve("nothing"))).contains("does not exist");
        assertThat(refused(folder)).contains("neither an index folder nor a file of vectors");
        Path words = Files.writeString(folder.resolve("words.csv"), "text,label\nhello,a\nworld,b\n");
        assertThat(refused(words)).contains("texts");
        assertThat(refused(npy("few", 5, D, 3))).contains("too few to hold some out");
        nothingIsLeft();
    }

    private String refused(Path source, Object... more) {
        Object[] line = Stream.concat(Stream.of("index", "bench", source), Stream.of(more))
                .toArray();
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).isEqualTo(ExitCode.REFUSED);
        return ended.line();
    }
}
