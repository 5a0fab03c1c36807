package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms in which people have texts and vectors, beyond tables with a header. */
class FormsTest {
    @TempDir
    Path dir;

    private Dataset read(String name, String text, String... columns) {
        return read(Drawn.write(dir, name, text), columns);
    }

    private static Dataset read(Path path, String... columns) {
        return Dataset.read(List.of(path), ReadOptions.of(null, List.of(), List.of(columns), false), Progress.SILENT);
    }

    private static Dataset only(Path path, String... wanted) {
        return Dataset.read(List.of(path), ReadOptions.defaults().withOnly(List.of(wanted)), Progress.SILENT);
    }

    private static float[] vector(Dataset data, int row) {
        return ((Content.Vector) data.content(row)).values();
    }

    private static byte[] gz(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gz = new GZIPOutputStream(out)) {
            gz.write(bytes);
        }
        return out.toByteArray();
    }

    /** As CLINC150 is published. */
    @Test
    void jsonOfSplitsOfTextsAndLabels() throws IOException {
        String json = """
            {"train": [["hi \\u00e9", "greet"],
              ["bye", "part"]], "empty": [],
             "oos_test": [["what?", "oos"]]}
            """;
        Dataset data = read("full.json", json);
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.entry(0)).isEqualTo(new Entry("train/0", "greet", Map.of("split", "train")));
        assertThat(data.content(0)).isEqualTo(new Content.Text("hi é"));
        assertThat(data.where(2)).endsWith("full.json row 3");
        assertThat(data.entry(2).id()).isEqualTo("oos_test/0");
        assertThat(only(dir.resolve("full.json"), "split=oos_test").classes()).containsExactly("oos");
        assertThat(only(dir.resolve("full.json"), "split=train", "label=part").size())
                .isEqualTo(1);
        assertThatThrownBy(() -> only(dir.resolve("full.json"), "split=test"))
                .hasMessageContaining("no sample has 'test' as split; there is oos_test, train");
        assertThatThrownBy(() -> only(dir.resolve("full.json"), "part=test"))
                .hasMessageContaining("no sample has an attribute 'part'");
        Drawn.write(dir, "full.json.gz", gz(json.replace("\n", " ").getBytes(StandardCharsets.UTF_8)));
        assertThat(read(dir.resolve("full.json.gz")).entry(1)).isEqualTo(data.entry(1));
    }

    /** A row is built whole before anything looks at it. */
    @Test
    void jsonRowsOfManyCharactersAreRefusedByTheirPlace() {
        String endless = "[[\"hi\", \"greet\"], {\"text\": [" + "1,".repeat(9 << 20);
        assertThatThrownBy(() -> read("endless.json", endless))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("endless.json row 2", "longer than 16,777,216 characters"));
        String text = "x".repeat(9 << 20);
        String large = "[[\"%s\", \"a\"], [\"%s\", \"b\"]]".formatted(text, text);
        assertThat(read("large.json", large).size()).isEqualTo(2);
    }

    @Test
    void jsonOfObjectsInOneArray() {
        Dataset data = read(
                "rows.json",
                "[{\"body\": \"a\", \"kind\": \"x\", \"n\": 3}, {\"body\": \"b\"}]",
                "text=body",
                "label=kind");
        assertThat(data.entry(0)).isEqualTo(new Entry("1", "x", Map.of("n", "3")));
        assertThat(vector(read("v.json", "[{\"id\": \"p\", \"vector\": [1, 2.5]}]"), 0))
                .containsExactly(1, 2.5f);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"train\": [[\"a\", \"b\"]", "[[\"a\", \"b\"] [\"c\", \"d\"]]", "3", "{\"a\": 1}", "[] 1", ""})
    void brokenJsonIsRefusedInOneLine(String text) {
        assertThatThrownBy(() -> read("bad.json", text))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.where()).contains("bad.json"));
    }

    @Test
    void rowsOfJsonThatAreNoRowsAreNamed() {
        assertThatThrownBy(() -> read("odd.json", "[[\"a\", \"b\"], [\"c\"], 7]"))
                .hasMessageContaining("odd.json row 2: is not [text, label]")
                .hasMessageContaining("odd.json row 3: is neither an object nor [text, label]");
    }

    @Test
    void numbersWithoutAHeaderAreVectors() {
        Dataset data = read("m.csv", "0.5,-1,3e2\n1,2,3\n");
        assertThat(data.size()).isEqualTo(2);
        assertThat(vector(data, 0)).containsExactly(0.5f, -1, 300);
        assertThat(data.columns()).isEmpty();
        assertThat(data.where(0)).endsWith("m.csv line 1");
        assertThat(vector(read("t.tsv", "1\t3\n"), 0)).containsExactly(1, 3);
        // Names that pandas gives to columns without any are a header.
        assertThat(vector(read("p.csv", "0,1,2\n7,8,9\n"), 0)).containsExactly(7, 8, 9);
        assertThatThrownBy(() -> read("short.csv", "0.5,1,3\n1,2\n"))
                .hasMessageContaining("line 2: has 2 columns where the first row has 3");
        Dataset placed = read("l.csv", "0.5,-1,cat\n1,2,dog\n", "label=3,vector=1-2");
        assertThat(vector(placed, 1)).containsExactly(1, 2);
        assertThat(placed.classes()).containsExactly("cat", "dog");
    }

    @Test
    void fvecsPackedOrNot() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(100 * 12).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 100; i++) {
            bytes.putInt(2).putFloat(i).putFloat(-i);
        }
        Drawn.write(dir, "x.fvecs", bytes.array());
        Drawn.write(dir, "x.fvecs.gz", gz(bytes.array()));
        Drawn.write(dir, "x.labels.txt", "a\n".repeat(100));
        for (String name : List.of("x.fvecs", "x.fvecs.gz")) {
            Dataset data = read(dir.resolve(name));
            assertThat(data.size()).isEqualTo(100);
            assertThat(vector(data, 99)).containsExactly(99, -99);
            assertThat(data.entry(3).label()).isEqualTo("a");
        }
        Drawn.write(dir, "cut.fvecs.gz", gz(Arrays.copyOf(bytes.array(), 101)));
        assertThatThrownBy(() -> read(dir.resolve("cut.fvecs.gz"))).hasMessageContaining("is cut short");
        bytes.putInt(12, 3);
        Drawn.write(dir, "odd.fvecs.gz", gz(bytes.array()));
        assertThatThrownBy(() -> read(dir.resolve("odd.fvecs.gz")))
                .hasMessageContaining("has a vector of 3 values where the first has 2");
    }

    @Test
    void attributesStandBesideATableByItsIds() {
        Drawn.write(dir, "t.attributes.csv", "id,lang,label\nk1,de,street\nk9,en,x\n");
        Dataset data = read(
                "t.jsonl", "{\"id\":\"k1\",\"text\":\"Straße\"}\n{\"id\":\"k2\",\"text\":\"b\",\"label\":\"own\"}\n");
        assertThat(data.entry(0)).isEqualTo(new Entry("k1", "street", Map.of("lang", "de")));
        assertThat(data.entry(1)).isEqualTo(new Entry("k2", "own", Map.of()));
        assertThat(data.warnings()).containsExactly("1 rows of the attributes' table name no sample");
        assertThat(data.columns()).containsExactly("id", "text", "label");
        Drawn.write(dir, "u.attributes.csv", "image,lang\nk1,de\n");
        assertThatThrownBy(() -> read("u.csv", "text\na\n")).hasMessageContaining("has no column 'id'");
    }

    @Test
    void aHeaderThatChangedSinceTeachingIsToldColumnByColumn() {
        ReadOptions taught = ReadOptions.defaults().withTaught(List.of("text", "label", "lang"));
        Path same = Drawn.write(dir, "same.csv", "lang,text,label\nen,a,x\n");
        assertThat(Dataset.read(List.of(same), taught, Progress.SILENT).warnings())
                .isEmpty();
        Path other = Drawn.write(dir, "other.csv", "text,class,lang\na,x,en\n");
        assertThat(Dataset.read(List.of(other), taught, Progress.SILENT).warnings())
                .containsExactly(other + " has other columns: since it was taught 'label' is gone, 'class' is new");
        Path gone = Drawn.write(dir, "gone.csv", "body,label,lang\na,x,en\n");
        assertThatThrownBy(() -> Dataset.read(List.of(gone), taught, Progress.SILENT))
                .hasMessageContaining(
                        "its columns are body, label, lang; since it was taught 'text' is gone, 'body' is new");
    }

    @Test
    void textsOfACommandLine() {
        Dataset data = Dataset.texts(List.of("my money back", "refund \uD800"), "refund");
        assertThat(data.entry(1)).isEqualTo(new Entry("2", "refund", Map.of()));
        assertThat(data.content(1)).isEqualTo(new Content.Text("refund \uFFFD"));
        assertThatThrownBy(() -> Dataset.texts(List.of("a", " "), null)).hasMessageContaining("text 2 is empty");
    }

    @Test
    void pairsCannotBeChosenByAttribute() {
        Path pairs = Drawn.write(dir, "p.csv", "left,right,score,split\na,b,1,test\n");
        assertThatThrownBy(() -> Examples.read(
                        List.of(pairs), ReadOptions.defaults().withOnly(List.of("split=test")), Progress.SILENT))
                .hasMessageContaining("holds pairs, of which none can be chosen");
    }
}
