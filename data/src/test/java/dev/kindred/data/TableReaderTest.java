package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableReaderTest {
    @TempDir
    Path dir;

    @BeforeEach
    void pictures() {
        for (int i = 0; i < 4; i++) {
            Drawn.write(dir, "pics/" + i + ".png", Drawn.png(i));
        }
        Drawn.write(dir, "more.zip", Drawn.zip(Map.of("in/9.png", Drawn.png(9))));
    }

    private Dataset read(String name, String text, String... columns) {
        Path table = Drawn.write(dir, name, text);
        return Dataset.read(List.of(table), ReadOptions.of(null, List.of(), List.of(columns), false), Progress.SILENT);
    }

    @Test
    void csvWithAHeaderQuotesAndPathsIntoZips() {
        Dataset data = read(
                "t.csv",
                "\uFEFFimage,label,note\r\n"
                        + "pics/0.png,cat,\"says \"\"hi\"\",\n"
                        + "then leaves\"\r\n\r\n"
                        + "more.zip/in/9.png,dog,\r\n"
                        + dir.resolve("pics/1.png") + ",,x");
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.entry(0))
                .isEqualTo(new Entry("pics/0.png", "cat", Map.of("note", "says \"hi\",\nthen leaves")));
        assertThat(data.entry(1)).isEqualTo(new Entry("more.zip/in/9.png", "dog", Map.of()));
        assertThat(data.entry(2).label()).isNull();
        assertThat(data.bytes(1)).isEqualTo(Drawn.png(9));
        assertThat(data.problems()).isEmpty();
    }

    @Test
    void rowsThatGoOnOverManyLinesAreBounded() {
        // Each field is short enough; the row is not.
        String field = ",\"" + "x".repeat(1 << 20) + "\n\"";
        assertThatThrownBy(() -> read("t.csv", "image,label,note\npics/0.png,a" + field.repeat(5) + "\n"))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line())
                                .contains("t.csv line 2, column 5", "goes on over more than 4,194,304 characters"));
        assertThatThrownBy(() -> read("q.csv", "image,label\npics/0.png,\"a\n"))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line())
                                .contains("q.csv line 2, column 2", "opens a quote that is never closed"));
    }

    @Test
    void absolutePathsGoIntoZipsToo() {
        Dataset data = read("a.csv", "image,label\n" + dir.resolve("more.zip") + "/in/9.png,dog\n");
        assertThat(data.problems()).isEmpty();
        assertThat(data.bytes(0)).isEqualTo(Drawn.png(9));
    }

    @Test
    void columnsByNameOrByPositionWhereThereIsNoHeader() {
        Dataset named = read("n.csv", "id,pic,kind\n7,pics/0.png,cat\n", "image=pic,label=kind");
        assertThat(named.entry(0)).isEqualTo(new Entry("pics/0.png", "cat", Map.of("id", "7")));
        Dataset ids = read("i.csv", "key,pic\nk7,pics/0.png\n", "image=pic", "id=key");
        assertThat(ids.entry(0).id()).isEqualTo("k7");
        Dataset placed = read("p.tsv", "cat\t\"odd\tpics/0.png\ndog\tx\tpics/1.png\n", "image=3,label=1,mood=2");
        assertThat(placed.size()).isEqualTo(2);
        assertThat(placed.entry(0)).isEqualTo(new Entry("pics/0.png", "cat", Map.of("mood", "\"odd")));
        assertThatThrownBy(() -> read("n.csv", "a,b\n1,2\n", "image=pic"))
                .hasMessageContaining("has no column 'pic'; its columns are a, b");
        assertThatThrownBy(() -> read("n.csv", "a,b\nx,y\n"))
                .hasMessageContaining(
                        "has no column of texts, of picture paths, of pairs or of vectors; its columns are a, b");
        assertThatThrownBy(() -> read("n.csv", "a,b\n", "label=1"))
                .hasMessageContaining("no column is named for the texts, the pictures");
    }

    @Test
    void jsonLinesTakeTheSameNames() {
        Dataset data = read(
                "t.jsonl",
                "{\"path\":\"x\",\"image\":\"pics/0.png\",\"label\":3,\"ok\":true,\"deep\":{\"a\":1}}\n\n"
                        + "{\"image\":\"pics/1.png\"}\n");
        assertThat(data.entry(0)).isEqualTo(new Entry("pics/0.png", "3", Map.of("ok", "true", "path", "x")));
        assertThat(data.entry(1).label()).isNull();
    }

    @Test
    void tablesMayBeCompressed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gz = new GZIPOutputStream(out)) {
            gz.write("file,label\npics/2.png,a\n".getBytes(StandardCharsets.UTF_8));
        }
        Path table = Drawn.write(dir, "t.csv.gz", out.toByteArray());
        assertThat(Drawn.read(table).entry(0).label()).isEqualTo("a");
    }

    @Test
    void aPictureOfTwoRowsIsTwoSamples() {
        Dataset data = read("t.csv", "image,label\npics/0.png,a\npics/0.png,b\n");
        assertThat(data.entry(0).id()).isEqualTo("pics/0.png");
        assertThat(data.entry(1).id()).isEqualTo("pics/0.png#3");
    }

    @Test
    void badRowsAreCountedAndNamedWithFileAndLine() {
        StringBuilder text = new StringBuilder("image,label\n");
        for (int i = 0; i < 400; i++) {
            text.append(
                    i == 100
                            ? "pics/gone.png,a\n"
                            : i == 200 ? "pics/0.png\n" : i == 300 ? "\"pics/0.png\"x,a\n" : "pics/1.png,a\n");
        }
        Dataset data = read("t.csv", text.toString());
        String table = dir.resolve("t.csv").toString();
        assertThat(data.size()).isEqualTo(397);
        assertThat(data.problems())
                .containsExactly(
                        new Problem(table + " line 102", "names pics/gone.png, which is not there"),
                        new Problem(table + " line 202", "has 1 columns where the header has 2"),
                        new Problem(table + " line 302", "has text after the closing quote of column 1"));
        ReadOptions strict = new ReadOptions(null, Map.of(), Map.of(), true);
        assertThatThrownBy(() -> Dataset.read(List.of(dir.resolve("t.csv")), strict, Progress.SILENT))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("line 102", "--strict"));
        assertThatThrownBy(() -> read("few.csv", "image,label\npics/0.png,a\npics/gone.png,a\n"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.line()).contains("1 of 2", "line 3", "more than 1%"));
        assertThatThrownBy(() -> read("few.jsonl", "{\"image\":\"pics/0.png\"}\n{\"image\":1} x\n"))
                .hasMessageContaining("line 2: is not a JSON object");
    }

    @Test
    void whatIsNoTableIsRefusedByLine() {
        assertThatThrownBy(() -> read("q.csv", "image,label\npics/0.png,\"a\npics/1.png,b\n"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.where()).endsWith("q.csv line 2, column 2"));
        assertThatThrownBy(() -> read("e.csv", "")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> read("d.csv", "image,x,x\n")).hasMessageContaining("two columns named 'x'");
        assertThatThrownBy(() -> read("l.csv", "image,label\n" + "x".repeat(17_000_000)))
                .hasMessageContaining("is longer than");
        Path latin = Drawn.write(
                dir, "latin.csv", "image,label\npics/0.png,caf\u00E9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Drawn.read(latin)).isInstanceOf(Refusal.class).hasMessageContaining("is not UTF-8");
        Path noGz = Drawn.write(dir, "plain.csv.gz", "image\n");
        assertThatThrownBy(() -> Drawn.read(noGz)).isInstanceOf(Refusal.class);
    }
}
