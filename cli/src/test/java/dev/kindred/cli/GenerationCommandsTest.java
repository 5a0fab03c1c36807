package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Keyed;
import dev.kindred.core.Npy;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An index that is a database of items and a view of it, from the command line. */
class GenerationCommandsTest {
    private static final int COUNT = 300;
    private static final int D = 8;

    @TempDir
    Path folder;

    private Shell shell;
    private Path vectors;
    private Path labels;
    private Path query;

    @BeforeEach
    void vectorsOfTenClasses() throws IOException {
        shell = new Shell(folder.resolve("home"));
        vectors = npy("vectors", COUNT, 1);
        query = npy("query", 1, 2);
        StringBuilder lines = new StringBuilder("id,label\n");
        for (int i = 0; i < COUNT; i++) {
            lines.append("v").append(i).append(",c").append(i % 10).append('\n');
        }
        labels = Files.writeString(folder.resolve("labels.csv"), lines);
    }

    private Path npy(String name, int count, long seed) {
        float[] values = new float[count * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Keyed.of(seed, i).nextGaussian();
        }
        Path file = folder.resolve(name + ".npy");
        Npy.write(file, new Npy.Matrix(count, D, values));
        return file;
    }

    private JsonObject answer(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    private Path built(String engine) {
        Path index = folder.resolve(engine);
        answer(
                "index",
                "build",
                vectors,
                "--labels",
                labels,
                "--out",
                index,
                "--space",
                "mine",
                "--engine",
                engine,
                "--json");
        return index;
    }

    /** Every engine gives the same answer to the same question. */
    @ParameterizedTest
    @ValueSource(strings = {"exact", "graph"})
    void whateverTheEngineTheAnswersAreTheSame(String engine) {
        Path rows = built("rows");
        Path index = built(engine);
        for (String filter : new String[] {"{}", "{\"equals\":{\"label\":\"c3\"}}"}) {
            String asked = filter.equals("{}") ? "{\"exists\":\"label\"}" : filter;
            JsonObject expected = answer("index", "search", rows, query, "-k", 20, "--filter", asked, "--json");
            JsonObject found = answer("index", "search", index, query, "-k", 20, "--filter", asked, "--json");
            for (int i = 0; i < 20; i++) {
                JsonObject one = expected.getAsJsonArray("neighbors").get(i).getAsJsonObject();
                JsonObject other = found.getAsJsonArray("neighbors").get(i).getAsJsonObject();
                assertThat(other.get("id")).isEqualTo(one.get("id"));
                assertThat(other.get("payload")).isEqualTo(one.get("payload"));
                assertThat(other.get("score").getAsDouble())
                        .isCloseTo(one.get("score").getAsDouble(), org.assertj.core.data.Offset.offset(1e-6));
            }
        }
        assertThat(answer("index", "stats", index, "--json").get("engine").getAsString())
                .isEqualTo(engine);
        assertThat(shell.run("index", "check", index).code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows", "graph"})
    void oneOfEachClassIsFoundAndASlipInAFieldIsRefused(String engine) {
        Path index = built(engine);
        JsonObject one = answer("index", "search", index, query, "-k", 10, "--distinct", "label", "--json");
        assertThat(one.getAsJsonArray("neighbors"))
                .extracting(n -> n.getAsJsonObject().getAsJsonObject("payload").get("label"))
                .hasSize(10)
                .doesNotHaveDuplicates();
        JsonObject two = answer("index", "search", index, query, "-k", 50, "--distinct", "label", "--per", 2, "--json");
        assertThat(two.getAsJsonArray("neighbors")).hasSize(20);
        assertThat(shell.run("index", "search", index, query, "--distinct", "lable")
                        .line())
                .contains("no item has a field 'lable'; did you mean 'label'?");
        Shell.Ended slip = shell.run("index", "search", index, query, "--filter", "{\"equals\":{\"lable\":\"c1\"}}");
        assertThat(slip.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(slip.line()).contains("filter: no item has a field 'lable'; did you mean 'label'?");
        assertThat(shell.run("index", "search", index, query, "--distinct", "label", "--rerank")
                        .code())
                .isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void itIsWrittenToCompactedMeasuredAndReplaced() throws IOException {
        Path index = built("graph");
        Path ids = Files.writeString(folder.resolve("more.csv"), "id,label\nw0,new\nw1,new\n");
        assertThat(answer("index", "add", index, npy("more", 2, 3), "--labels", ids, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(COUNT + 2);
        answer("index", "delete", index, "v0", "v1", "--json");
        assertThat(answer("index", "search", index, "@w0", "--filter", "{\"equals\":{\"label\":\"new\"}}", "--json")
                        .getAsJsonArray("neighbors"))
                .hasSize(1);
        assertThat(answer("index", "compact", index, "--json").get("count").getAsInt())
                .isEqualTo(COUNT);
        JsonObject measured = answer("index", "stats", index, "--recall", "--queries", "50", "--json");
        assertThat(measured.get("recallAt10").getAsDouble()).isEqualTo(1);
        answer("index", "build", vectors, "--out", index, "--engine", "exact", "--json");
        assertThat(answer("index", "stats", index, "--json").get("count").getAsInt())
                .isEqualTo(COUNT);
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }

    @Test
    void whatWasKeptIsRestored() {
        Path index = built("exact");
        JsonObject expected = answer("index", "search", index, query, "--json");
        Path kept = folder.resolve("kept");
        assertThat(answer("index", "snapshot", index, "--out", kept, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(COUNT);
        answer("index", "delete", index, "v0", "--json");
        Path again = folder.resolve("again");
        assertThat(answer("index", "restore", kept, "--out", again, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(COUNT);
        assertThat(answer("index", "search", again, query, "--json")).isEqualTo(expected);
        assertThat(shell.run("index", "restore", kept, "--out", again).line()).contains("is there already");
        assertThat(shell.run("index", "restore", folder, "--out", folder.resolve("x"))
                        .line())
                .contains("is no snapshot");
        assertThat(shell.run("index", "snapshot", built("rows"), "--out", folder.resolve("y"))
                        .line())
                .contains("rows file");
    }

    /** Rows answer as the generation they were exported from, which somebody else may hold open. */
    @Test
    void itemsAreReadBesideWhoeverHoldsThem() {
        Path index = built("graph");
        JsonObject expected = answer("index", "search", index, query, "-k", 5, "--exact", "--json");
        Path rows = folder.resolve("exported");
        try (EmbeddedIndex held = EmbeddedIndex.open(index, "the night shift", 1)) {
            assertThat(answer("index", "export", index, "--out", rows, "--json")
                            .get("count")
                            .getAsLong())
                    .isEqualTo(held.info().count());
            assertThat(answer("index", "stats", index, "--json").get("engine").getAsString())
                    .isEqualTo("graph");
            assertThat(answer("index", "snapshot", index, "--out", folder.resolve("kept"), "--json")
                            .get("count")
                            .getAsInt())
                    .isEqualTo(COUNT);
            assertThat(shell.run("index", "stats", index, "--recall").line()).contains("the night shift");
        }
        JsonObject found = answer("index", "search", rows, query, "-k", 5, "--json");
        for (int i = 0; i < 5; i++) {
            JsonObject one = expected.getAsJsonArray("neighbors").get(i).getAsJsonObject();
            JsonObject other = found.getAsJsonArray("neighbors").get(i).getAsJsonObject();
            assertThat(other.get("id")).isEqualTo(one.get("id"));
            assertThat(other.get("payload")).isEqualTo(one.get("payload"));
        }
        assertThat(answer("index", "stats", rows, "--json").get("engine").getAsString())
                .isEqualTo("exact");
        assertThat(shell.run("index", "check", rows).code()).isZero();
        assertThat(shell.run("index", "export", index, "--out", rows).line()).contains("is there already");
        assertThat(shell.run("index", "export", rows, "--out", folder.resolve("x"))
                        .line())
                .contains("is a rows file already");
    }

    @Test
    void whatCannotBeIsSaidInOneLine() {
        assertThat(shell.run("index", "build", vectors, "--out", folder.resolve("x"), "--engine", "faiss")
                        .line())
                .contains("there is no engine 'faiss'")
                .contains("rows, exact or graph");
        assertThat(shell.run("index", "build", vectors, "--out", folder.resolve("x"), "--links", "8")
                        .line())
                .contains("--engine graph");
        assertThat(shell.run("index", "build", vectors, "--out", folder.resolve("x"), "--merge-share", "0.5")
                        .line())
                .contains("--engine graph");
        assertThat(shell.run(
                                "index",
                                "build",
                                vectors,
                                "--out",
                                folder.resolve("x"),
                                "--engine",
                                "graph",
                                "--merge-share",
                                "2")
                        .line())
                .contains("out of range");
        Path index = built("graph");
        assertThat(shell.run("index", "build", vectors, "--out", index).line()).contains("holds a database of items");
        assertThat(shell.run("index", "search", index, query, "--exact", "--ef", "9")
                        .line())
                .contains("more than one effort");
        try (EmbeddedIndex held = EmbeddedIndex.open(index, "the night shift", 1)) {
            assertThat(held.info().count()).isEqualTo(COUNT);
            assertThat(shell.run("index", "search", index, query).line()).contains("the night shift");
            // What only reads the items needs no turn.
            assertThat(answer("index", "duplicates", index, "--json")
                            .get("count")
                            .getAsInt())
                    .isEqualTo(COUNT);
            assertThat(shell.run("index", "build", vectors, "--out", index, "--engine", "graph")
                            .line())
                    .contains("the night shift");
        }
        assertThat(answer("index", "stats", index, "--json").get("count").getAsInt())
                .isEqualTo(COUNT);
    }

    @Test
    void damageOfTheViewIsToldAndMended() throws IOException {
        Path index = built("exact");
        JsonObject expected = answer("index", "search", index, query, "--json");
        Path file;
        try (Stream<Path> files = Files.list(index.resolve(Generation.VIEW))) {
            file = files.filter(path -> path.toString().endsWith(".vec"))
                    .findFirst()
                    .orElseThrow();
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(200);
            int was = bytes.read();
            bytes.seek(200);
            bytes.write(was ^ 1);
        }
        Shell.Ended checked = shell.run("index", "check", index);
        assertThat(checked.code()).isEqualTo(1);
        assertThat(checked.out()).contains(file.getFileName().toString());
        assertThat(answer("index", "search", index, query, "--json").get("neighbors"))
                .isEqualTo(expected.get("neighbors"));
        answer("index", "rebuild", index, "--json");
        assertThat(shell.run("index", "check", index).code()).isZero();
    }

    @Test
    void anArchiveIsSmallerAndAnswersTheSame() {
        Path index = built("exact");
        JsonObject expected = answer("index", "search", index, query, "--json");
        JsonObject archived = answer("index", "archive", index, "--json");
        assertThat(archived.get("bytes").getAsLong())
                .isLessThan(archived.get("bytesBefore").getAsLong());
        assertThat(index.resolve(Generation.ITEMS)).doesNotExist();
        for (List<Object> reading : List.<List<Object>>of(
                List.of("stats", index),
                List.of("duplicates", index),
                List.of("export", index, "--out", folder.resolve("copy")),
                List.of("snapshot", index, "--out", folder.resolve("copy")))) {
            Object[] words = Stream.concat(Stream.of("index"), reading.stream()).toArray();
            assertThat(shell.run(words).line()).contains("is archived").contains("first search");
        }
        assertThat(index.resolve(Generation.ITEMS)).doesNotExist();
        assertThat(answer("index", "search", index, query, "--json")).isEqualTo(expected);
        assertThat(shell.run("index", "archive", built("rows")).line()).contains("rows file");
    }

    @Test
    void aLinkInTheBundlesPlaceIsNotFollowed() throws IOException {
        Path index = built("exact");
        Files.createSymbolicLink(
                index.resolve("bundle.kindred"), Files.writeString(folder.resolve("secret"), "a secret"));
        for (String command : List.of("export", "snapshot")) {
            Path to = folder.resolve(command);
            assertThat(shell.run("index", command, index, "--out", to).line()).contains("is a link");
            assertThat(to).doesNotExist();
        }
    }

    @Test
    void ofDamagedItemsAllThatCanBeReadIsSaved() throws IOException {
        Path index = built("exact");
        JsonObject expected = answer("index", "search", index, query, "--json");
        Path items = index.resolve(Generation.ITEMS);
        try (RandomAccessFile bytes = new RandomAccessFile(items.toFile(), "rw")) {
            // Page 1, and a leaf of the items, whose rows the view still has.
            bytes.write(new byte[8_192]);
            bytes.seek(9 * 8_192);
            bytes.write(new byte[8_192]);
        }
        assertThat(shell.run("index", "check", index).code()).isEqualTo(1);
        Path saved = folder.resolve("saved");
        Shell.Ended ended = shell.run("index", "rescue", index, "--out", saved, "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.json().get("count").getAsInt()).isEqualTo(COUNT);
        assertThat(ended.json().get("lost").getAsInt()).isZero();
        assertThat(answer("index", "search", saved, query, "--json")).isEqualTo(expected);
        Generations.delete(index.resolve(Generation.VIEW));
        Shell.Ended without = shell.run("index", "rescue", index, "--out", folder.resolve("less"), "--json");
        assertThat(without.code()).isEqualTo(1);
        int lost = without.json().get("lost").getAsInt();
        assertThat(lost).isPositive();
        assertThat(without.json().getAsJsonArray("lostIds")).hasSize(lost);
        assertThat(without.json().get("count").getAsInt()).isEqualTo(COUNT - lost);
        assertThat(shell.run("index", "rescue", index, "--out", saved).line()).contains("is there already");
        assertThat(shell.run("index", "rescue", folder, "--out", folder.resolve("no"))
                        .line())
                .contains("holds no items");
        Files.writeString(items, "no items at all".repeat(2_000));
        assertThat(shell.run("index", "rescue", index, "--out", folder.resolve("no"))
                        .line())
                .contains("nothing of Kindred's");
    }
}
