package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that another program wrote: resources/parquet/README.md has the statements. */
class ParquetTest {
    @TempDir
    Path dir;

    private Path file(String name) {
        try (InputStream in = ParquetTest.class.getResourceAsStream("/parquet/" + name)) {
            return Files.write(dir.resolve(name), Objects.requireNonNull(in).readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static Dataset read(Path file, String... columns) {
        return Dataset.read(List.of(file), ReadOptions.of(null, List.of(), List.of(columns), false), Progress.SILENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"texts-snappy.parquet", "texts-zstd.parquet"})
    void textsWithLabelsIdsAndAttributesOfManyTypes(String name) {
        assertThatThrownBy(() -> read(file(name)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.line()).contains(name + " row 4: has no text"));
        Dataset data = read(file(name), "text=label", "label=lang");
        assertThat(data.size()).isEqualTo(4);
        assertThat(data.columns()).containsExactly("id", "text", "label", "lang", "weight", "day");
        assertThat(data.entry(0)).isEqualTo(new Entry("k0", "de", Map.of("weight", "1.5", "day", "2024-02-29")));
        assertThat(data.entry(2)).isEqualTo(new Entry("k2", null, Map.of("weight", "-0.001", "day", "1999-12-31")));
        assertThat(data.content(1)).isEqualTo(new Content.Text("text"));
        assertThat(data.where(1)).endsWith(name + " row 2");
    }

    @Test
    void vectorsFromAListColumnOrFromColumnsOfNumbers() {
        Dataset lists = read(file("vectors-gzip.parquet"));
        assertThat(lists.kind()).isEqualTo(Kind.VECTOR);
        assertThat(lists.entry(3)).isEqualTo(new Entry("v3", "odd", Map.of()));
        assertThat(((Content.Vector) lists.content(3)).values()).containsExactly(3, 0.5f, -0.75f);
        assertThat(((Content.Vector) read(file("vectors-gzip.parquet"), "vector=other")
                                .content(4))
                        .values())
                .containsExactly(4);
        Dataset columns = read(file("columns-plain.parquet"));
        assertThat(((Content.Vector) columns.content(5)).values()).containsExactly(5, 10);
        assertThat(columns.classes()).containsExactly("0", "1", "2");
        assertThatThrownBy(() -> read(file("hole.parquet")))
                .hasMessageContaining("has nothing as value 1 of its 'embedding'");
    }

    @Test
    void pairsWithScores() {
        Examples read = Examples.read(List.of(file("pairs.parquet")), ReadOptions.defaults(), Progress.SILENT);
        assertThat(read).isInstanceOfSatisfying(Examples.Pairs.class, pairs -> {
            assertThat(pairs.size()).isEqualTo(10);
            assertThat(pairs.scores()[7]).isEqualTo(0.7);
            assertThat(pairs.samples().content(pairs.right()[7])).isEqualTo(new Content.Text("right 7"));
        });
    }

    @Test
    void damageIsNamedByRowGroupAndColumn() throws IOException {
        Path groups = file("groups.parquet");
        assertThat(read(groups).size()).isEqualTo(5000);
        byte[] bytes = Files.readAllBytes(groups);
        // All pages; the footer stays whole.
        Set<String> named = new TreeSet<>();
        for (int at = 4; at < bytes.length - 1200; at += 7) {
            byte[] bad = bytes.clone();
            bad[at] = (byte) ~bad[at];
            Files.write(groups, bad);
            try {
                read(groups);
            } catch (Refusal e) {
                named.add(e.where().replaceFirst(".*groups.parquet ?", ""));
            }
        }
        assertThat(named)
                .contains(
                        "row group 0, column 'text'",
                        "row group 0, column 'label'",
                        "row group 1, column 'text'",
                        "row group 1, column 'label'",
                        "row group 2, column 'label'");
    }

    /** Whatever was done to a file, it is read or refused in one line; nothing hangs and nothing else is thrown. */
    @ParameterizedTest
    @ValueSource(strings = {"texts-snappy.parquet", "texts-zstd.parquet", "vectors-gzip.parquet"})
    void anyDamageIsAtMostARefusal(String name) throws IOException {
        Path file = file(name);
        byte[] good = Files.readAllBytes(file);
        Keyed random = Keyed.of(7);
        int refused = 0;
        for (int round = 0; round < 150; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, round % 5 == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad);
            try {
                read(file, name.startsWith("texts") ? "text=label" : "label=id");
            } catch (Refusal e) {
                refused++;
                assertThat(e.where()).contains(name);
            }
        }
        assertThat(refused).isGreaterThan(40);
    }

    @Test
    void rowsAreBoundedByWhatTheGroupsSayToo() {
        Path path = Path.of("x.parquet");
        ParquetTable.requireBounds(meta(20_000_000, 10_000_000, 10_000_000), path);
        for (FileMetaData meta :
                List.of(meta(20_000_001), meta(-1), meta(5, 20_000_001), meta(5, 19_999_999, 2), meta(5, 10, -5))) {
            assertThatThrownBy(() -> ParquetTable.requireBounds(meta, path))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("says that it has");
        }
    }

    private static FileMetaData meta(long rows, long... ofGroups) {
        List<RowGroup> groups = Arrays.stream(ofGroups)
                .mapToObj(ofGroup -> new RowGroup(List.of(), 0, ofGroup))
                .toList();
        return new FileMetaData(1, List.of(), rows, groups, Map.of(), "test", List.of());
    }

    @Test
    void listsOfMoreValuesThanAVectorHasAreBadRows() {
        Dataset data = read(file("long-list.parquet"));
        assertThat(data.size()).isEqualTo(199);
        assertThat(data.problems())
                .extracting(Problem::what)
                .containsExactly("has 65,537 values in its 'embedding', 65,536 are read at most");
    }

    @Test
    void whatIsNotReadSaysWhy() throws IOException {
        assertThatThrownBy(() -> read(file("brotli.parquet")))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line())
                                .contains("row group 0, column 'text'", "is packed with BROTLI", "zstd, snappy"));
        Path table = dir.resolve("x.parquet");
        Files.writeString(table, "text,label\n");
        assertThatThrownBy(() -> read(table)).hasMessageContaining("is no Parquet file");
        Files.write(table, Arrays.copyOf(Files.readAllBytes(file("texts-zstd.parquet")), 200));
        assertThatThrownBy(() -> read(table)).hasMessageContaining("is a Parquet file that is cut short");
        Files.write(table, new byte[0]);
        assertThatThrownBy(() -> read(table)).hasMessageContaining("is no Parquet file");
        assertThatThrownBy(() -> read(file("texts-zstd.parquet"), "text=body"))
                .hasMessageContaining("has no column 'body'; its columns are id, text, label, lang, weight, day");
    }
}
