package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Keyed;
import dev.kindred.core.Npy;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Generation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is damaged, however much, a check ends with 1 and names the file; what is kept is only read. */
class IndexCheckCommandTest {
    private static final int COUNT = 200;
    private static final int D = 8;

    @TempDir
    Path folder;

    private Shell shell;
    private Path vectors;

    @BeforeEach
    void vectors() {
        shell = new Shell(folder.resolve("home"));
        float[] values = new float[COUNT * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Keyed.of(1, i).nextGaussian();
        }
        vectors = folder.resolve("vectors.npy");
        Npy.write(vectors, new Npy.Matrix(COUNT, D, values));
    }

    private Path built(String engine) {
        Path index = folder.resolve(engine);
        assertThat(shell.run("index", "build", vectors, "--out", index, "--engine", engine)
                        .code())
                .isZero();
        return index;
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int was = bytes.read();
            assertThat(was).as("a byte at %d of %s", at, file).isNotNegative();
            bytes.seek(at);
            bytes.write(was ^ 1);
        }
    }

    private static TreeMap<String, Long> listed(Path folder) throws IOException {
        TreeMap<String, Long> all = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.toList()) {
                all.put(file.toString(), Files.isDirectory(file) ? -1 : Files.size(file));
            }
        }
        return all;
    }

    private void damaged(Path index, Path named) {
        Shell.Ended checked = shell.run("index", "check", index, "--json");
        assertThat(checked.code()).as(checked.err()).isEqualTo(ExitCode.NO);
        JsonObject json = checked.json();
        assertThat(json.get("sound").getAsBoolean()).isFalse();
        assertThat(json.getAsJsonArray("findings").toString())
                .contains(named.getFileName().toString());
    }

    /** In the header, in the rows, in the last byte. */
    @ParameterizedTest
    @ValueSource(longs = {3, 200, -1})
    void aFlippedBitOfARowsFile(long at) throws IOException {
        Path index = built("rows");
        Path file = index.resolve(ExactIndex.FILE);
        flip(file, at < 0 ? Files.size(file) - 1 : at);
        damaged(index, file);
    }

    @Test
    void aFlippedBitOfAJournal() throws IOException {
        Path index = built("rows");
        assertThat(shell.run("index", "delete", index, "7").code()).isZero();
        Path journal = index.resolve("vectors.journal");
        flip(journal, Files.size(journal) - 1);
        damaged(index, journal);
    }

    /** Of SQLite's magic, of its format, of what says that it is Kindred's, of a page's kind, of an item's vector. */
    @ParameterizedTest
    @ValueSource(longs = {0, 60, 68, 2 * 8_192, 7 * 8_192 + 5_000})
    void aFlippedBitOfTheItems(long at) throws IOException {
        Path index = built("exact");
        Path items = index.resolve(Generation.ITEMS);
        flip(items, at);
        damaged(index, items);
    }

    @Test
    void aSnapshotIsCheckedAndStaysAsItIs() throws IOException {
        Path index = built("exact");
        Path kept = folder.resolve("kept");
        assertThat(shell.run("index", "snapshot", index, "--out", kept).code()).isZero();
        var before = listed(kept);
        Shell.Ended sound = shell.run("index", "check", kept);
        assertThat(sound.code()).as(sound.err()).isZero();
        assertThat(sound.out()).contains("every byte of the snapshot");
        for (List<Object> opening : List.<List<Object>>of(
                List.of("search", kept, "@1"), List.of("delete", kept, "1"), List.of("compact", kept))) {
            Object[] words = Stream.concat(Stream.of("index"), opening.stream()).toArray();
            assertThat(shell.run(words).line()).contains("is a snapshot").contains("kindred index restore " + kept);
        }
        assertThat(shell.run("index", "archive", kept).line()).contains("is a snapshot");
        assertThat(shell.run("index", "build", vectors, "--out", kept, "--engine", "exact")
                        .line())
                .contains("is a snapshot");
        for (List<Object> reading : List.<List<Object>>of(
                List.of("stats", kept),
                List.of("duplicates", kept),
                List.of("export", kept, "--out", folder.resolve("rows.of.it")))) {
            Object[] words = Stream.concat(Stream.of("index"), reading.stream()).toArray();
            Shell.Ended read = shell.run(words);
            assertThat(read.code()).as(read.err()).isZero();
        }
        assertThat(listed(kept)).isEqualTo(before);
        String told = Files.readString(kept.resolve("snapshot.json"));
        Files.writeString(kept.resolve("snapshot.json"), told.replace("\"count\":200", "\"count\":201"));
        damaged(kept, kept.resolve("snapshot.json"));
        Files.writeString(kept.resolve("snapshot.json"), told);
        assertThat(shell.run("index", "check", kept).code()).isZero();
        // A byte that SQLite has no use for is kept all the same.
        flip(kept.resolve(Generation.ITEMS), 40);
        damaged(kept, kept.resolve(Generation.ITEMS));
        Files.delete(kept.resolve(Generation.ITEMS));
        damaged(kept, kept.resolve(Generation.ITEMS));
        Files.writeString(kept.resolve("snapshot.json"), "{\"format\":\"x\"}");
        damaged(kept, kept.resolve("snapshot.json"));
    }

    @Test
    void anArchiveIsCheckedAndStaysAsItIs() throws IOException {
        Path index = built("graph");
        assertThat(shell.run("index", "archive", index).code()).isZero();
        var before = listed(index);
        assertThat(shell.run("index", "check", index).out()).contains("every byte of the archive");
        assertThat(listed(index)).isEqualTo(before);
        for (long at : new long[] {2, 11, 30, 1_000}) {
            flip(index.resolve("items.archive"), at);
            damaged(index, index.resolve("items.archive"));
            flip(index.resolve("items.archive"), at);
        }
        assertThat(shell.run("index", "check", index).code()).isZero();
    }

    /** What tells of which space the items are has no checksum of its own. */
    @Test
    void aSpaceThatIsAnother() throws Exception {
        Path index = built("exact");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + index.resolve(Generation.ITEMS));
                var statement = connection.createStatement()) {
            statement.execute("UPDATE generation SET distance = 'l2'");
        }
        damaged(index, index.resolve(Generation.ITEMS));
    }

    /** That somebody has it open is nothing a check finds, but what keeps it from looking. */
    @Test
    void whatIsOpenElsewhereIsRefused() {
        Path index = built("exact");
        try (EmbeddedIndex held = EmbeddedIndex.open(index, "the night shift", 1)) {
            assertThat(held.info().count()).isEqualTo(COUNT);
            Shell.Ended checked = shell.run("index", "check", index);
            assertThat(checked.code()).isEqualTo(ExitCode.REFUSED);
            assertThat(checked.line()).contains("the night shift");
        }
    }

    @Test
    void aSearchThatFindsTheViewDamagedSaysSo() throws IOException {
        Path index = built("exact");
        Shell.Ended sound = shell.run("index", "search", index, "@1", "--json");
        assertThat(sound.err()).doesNotContain("note");
        try (Stream<Path> files = Files.list(index.resolve(Generation.VIEW))) {
            flip(
                    files.filter(path -> path.toString().endsWith(".vec"))
                            .findFirst()
                            .orElseThrow(),
                    300);
        }
        Shell.Ended damaged = shell.run("index", "search", index, "@1", "--json");
        assertThat(damaged.code()).isZero();
        assertThat(damaged.err()).contains("is made anew of the items").contains(".vec is damaged");
        assertThat(damaged.json().get("neighbors")).isEqualTo(sound.json().get("neighbors"));
    }
}
