package dev.kindred.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.bench.BenchmarksPage;
import dev.kindred.bench.GrowthPlot;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of {@code docs/benchmarks.md} say what the benches' latest summaries say. */
class BenchmarksPageTest {

    static Iterable<String> names() {
        return BenchmarksPage.NAMES;
    }

    @Test
    void tablesAreTheSummaries() throws Exception {
        assertThat(Files.readString(BenchmarksPage.page(root())))
                .as("written by bench/<name> --docs")
                .isEqualTo(BenchmarksPage.filled(root()));
    }

    @Test
    void picturesAreOfTheSummaries() throws Exception {
        for (var picture : BenchmarksPage.pictures(root()).entrySet()) {
            assertThat(picture.getKey()).as("drawn by bench/growth --docs").hasContent(picture.getValue());
        }
    }

    @Test
    void growthIsDrawnWhereTwoSizesWereMeasured() {
        JsonObject summary = new JsonObject();
        JsonArray numbers = new JsonArray();
        summary.add("numbers", numbers);
        numbers.add(growth("clustered × 128, 10,000, float: median latency at Recall@10 0.95", 78.0));
        numbers.add(growth("clustered × 128, 1,000,000, float: median latency at Recall@10 0.95", null));
        assertThat(GrowthPlot.of(root(), summary)).isEmpty();
        numbers.add(growth("clustered × 128, 100,000, float: median latency at Recall@10 0.95", 682.0));
        assertThat(GrowthPlot.of(root(), summary)).hasSize(1).allSatisfy((file, svg) -> {
            assertThat(file).hasFileName("growth-clustered.svg");
            assertThat(svg).contains("float: 100,000, 682").contains("n^0.35").doesNotContain("hnswlib");
        });
    }

    private static JsonObject growth(String what, @Nullable Double micros) {
        JsonObject row = new JsonObject();
        row.addProperty("what", what);
        row.addProperty("measured", micros);
        return row;
    }

    @ParameterizedTest
    @MethodSource("names")
    void benchIsThereToRun(String name) {
        assertThat(root().resolve("bench").resolve(name)).isExecutable();
    }

    /** A row counts as short exactly where its own figure says so: nobody edits a summary by hand unseen. */
    @ParameterizedTest
    @MethodSource("names")
    void shortRowsAreTold(String name) throws Exception {
        Path file = BenchmarksPage.summary(root(), name);
        if (!Files.exists(file)) {
            return;
        }
        JsonObject summary = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        var told = summary.getAsJsonArray("short").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        for (JsonElement element : summary.getAsJsonArray("numbers")) {
            JsonObject row = element.getAsJsonObject();
            boolean lacks =
                    !row.get("floor").isJsonNull() && (row.get("measured").isJsonNull() || !holds(row));
            assertThat(told.contains(row.get("what").getAsString()))
                    .as(row.toString())
                    .isEqualTo(lacks);
        }
    }

    private static boolean holds(JsonObject row) {
        double measured = row.get("measured").getAsDouble();
        double floor = row.get("floor").getAsDouble();
        return switch (row.get("bound").getAsString()) {
            case "≥" -> measured >= floor;
            case ">" -> measured > floor;
            case "≤" -> measured <= floor;
            case "<" -> measured < floor;
            case "±1 of" -> Math.abs(measured - floor) <= 1;
            default -> throw new IllegalArgumentException(row.toString());
        };
    }

    private static Path root() {
        return Path.of(System.getProperty("kindred.root")).toAbsolutePath().normalize();
    }
}
