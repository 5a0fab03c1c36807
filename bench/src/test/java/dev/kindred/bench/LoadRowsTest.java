package dev.kindred.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.cli.load.Figures;
import dev.kindred.cli.load.Latency;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which cells pass a floor, and which may not. */
class LoadRowsTest {
    private static List<Row> rows(BiConsumer<LoadRows, JsonObject> of, String cell) {
        LoadRows rows = new LoadRows();
        of.accept(rows, JsonParser.parseString(cell).getAsJsonObject());
        return rows.all();
    }

    private static Row tail(String more) {
        return rows((rows, json) -> rows.tail("embed", 50, json), """
            {"p99Millis": [20, 22], "allP99Millis": [20, 22, 90], "noOpP99Millis": [1, 1, 9], "rounds": 3,
             "thrownAway": 1, "saturation": 100, %s}\
            """.formatted(more))
                .getFirst();
    }

    @Test
    void aTailIsToldWithTheRoundsThatWereThrownAway() {
        Row row = tail("\"notWell\": 0, \"notWellThrownAway\": 4");
        assertThat(row.measured()).isEqualTo(21);
        assertThat(row.isShort()).isFalse();
        JsonObject beside = row.json().getAsJsonObject("beside");
        assertThat(beside.get("over all rounds").getAsDouble()).isEqualTo(22);
        assertThat(beside.get("the worst of all rounds").getAsDouble()).isEqualTo(90);
        assertThat(beside.get("of these thrown away").getAsDouble()).isEqualTo(1);
        assertThat(beside.get("not answered well in those thrown away").getAsDouble())
                .isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"notWell\": 1", "\"notWell\": 0, \"thrownAway\": 2"})
    void aTailWithCallsUnansweredOrOfFewRoundsIsNone(String more) {
        Row row = tail(more);
        assertThat(row.measured()).isNull();
        assertThat(row.isShort()).isTrue();
        assertThat(row.json().get("why").getAsString()).containsAnyOf("not answered well", "thrown away");
    }

    @Test
    void aSoakFailsByCallsTurnedAwayAndByWhatNobodySawOfItsMemory() {
        List<Row> lost =
                rows((rows, json) -> rows.soak(30, json), "{\"errors\": 1, \"memoryWhy\": \"the server has ended\"}");
        assertThat(lost).allMatch(Row::isShort);
        assertThat(lost.getFirst().measured()).isEqualTo(1);
        assertThat(lost.getLast().json().get("why").getAsString()).isEqualTo("the server has ended");
        List<Row> grown = rows(
                (rows, json) -> rows.soak(30, json),
                "{\"errors\": 0, \"trend\": 0.001, \"late\": 0.031, \"growth\": 0.031, \"residentMb\": 700}");
        assertThat(grown).extracting(Row::isShort).containsExactly(false, true);
        List<Row> well = rows(
                (rows, json) -> rows.soak(30, json),
                "{\"errors\": 0, \"trend\": 0.001, \"late\": -0.01, \"growth\": 0.001, \"p99Millis\": NaN}");
        assertThat(well).noneMatch(Row::isShort);
    }

    /** Of 1,000 calls, as many turned away and as many that left only once it was over. */
    private static double errors(long turnedAway, long late) {
        Latency none = new Latency(1, 1, 1, 1, 1, 1, 1, List.of());
        Figures.OfKind all = new Figures.OfKind("all", 10_000, 10_000 - turnedAway, turnedAway, 0, 0, none, none);
        return LoadRuns.soaked(new Figures(
                        10,
                        1_000,
                        all,
                        List.of(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        List.of(),
                        new Figures.Schedule(0, 0, 0, late, 0, 0.1)))
                .get("errors")
                .getAsDouble();
    }

    @Test
    void inASoakWhoIsTurnedAwayIsAnError() {
        assertThat(errors(0, 3)).isZero();
        assertThat(errors(2, 0)).isEqualTo(2);
        assertThat(errors(0, 500)).as("the server fell behind").isEqualTo(500);
    }

    @Test
    void whereNobodyIsTurnedAwayThereIsNoOverload() {
        String cell = """
            {"goodput": [0.95], "latency": [2], "offered": [4.9], "unclean": 0, "turnedAway": %1$d,
             "leastTurnedAway": %1$d}\
            """;
        assertThat(rows((rows, json) -> rows.overload(json), cell.formatted(7))).noneMatch(Row::isShort);
        assertThat(rows((rows, json) -> rows.overload(json), cell.formatted(0)))
                .hasSize(3)
                .allMatch(Row::isShort)
                .allMatch(row -> row.json().get("why").getAsString().contains("turned away"));
    }

    @Test
    void aSearchAtAnotherRecallIsAnother() {
        String cell = "{\"ratios\": [0.9], \"recall\": %s}";
        assertThat(rows((rows, json) -> rows.searching(json, 100), cell.formatted("0.989")))
                .noneMatch(Row::isShort);
        assertThat(rows((rows, json) -> rows.searching(json, 100), cell.formatted("0.98")))
                .allMatch(Row::isShort);
    }

    @Test
    void aCellThatFailedSaysWhyAndPassesNothing() {
        LoadRows rows = new LoadRows();
        JsonObject failed = JsonParser.parseString("{\"why\": \"3 embeddings | were\\nremembered\"}")
                .getAsJsonObject();
        rows.embedding(failed);
        rows.searching(failed, 100);
        rows.added(failed, failed, failed);
        rows.tail("embed", 50, failed);
        rows.start(failed);
        rows.overload(failed);
        rows.soak(30, failed);
        rows.tail("embed", 50, new JsonObject());
        assertThat(rows.all()).hasSize(11).allMatch(Row::isShort);
        JsonObject summary = JsonParser.parseString("{\"command\": \"a\", \"commit\": \"b\", \"machine\": \"c\"}")
                .getAsJsonObject();
        summary.add("numbers", new com.google.gson.JsonArray());
        summary.add("short", new com.google.gson.JsonArray());
        rows.all().forEach(row -> summary.getAsJsonArray("numbers").add(row.json()));
        assertThat(BenchmarksPage.part(summary)
                        .lines()
                        .filter(line -> line.contains("not measured: 3 embeddings \\| were remembered |")))
                .hasSize(10);
    }
}
