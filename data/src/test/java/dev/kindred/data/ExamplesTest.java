package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
    @TempDir
    Path dir;

    private Examples read(String name, String text, String... columns) {
        Path table = Drawn.write(dir, name, text);
        return Examples.read(List.of(table), ReadOptions.of(null, List.of(), List.of(columns), false), Progress.SILENT);
    }

    private static List<String> texts(Dataset data, int[] rows) {
        return Arrays.stream(rows)
                .mapToObj(row -> ((Content.Text) data.content(row)).value())
                .toList();
    }

    @Test
    void textsWithLabels() {
        Dataset data = read("t.csv", "text,label,lang\nhi there,greet,en\n\"bye,\nnow\",leave,\n")
                .samples();
        assertThat(data.kind()).isEqualTo(Kind.TEXT);
        assertThat(data.entry(0)).isEqualTo(new Entry("2", "greet", Map.of("lang", "en")));
        assertThat(data.content(1)).isEqualTo(new Content.Text("bye,\nnow"));
        assertThat(data.bytes(0)).isEqualTo("hi there".getBytes(StandardCharsets.UTF_8));
        assertThat(data.where(1)).endsWith("t.csv line 3");
        assertThat(data.subset(new int[] {1}).kind()).isEqualTo(Kind.TEXT);
        assertThat(read("n.tsv", "body\tkind\n\"q\" x\ta\n", "text=body,label=kind")
                        .samples()
                        .content(0))
                .isEqualTo(new Content.Text("\"q\" x"));
        assertThat(read("p.tsv", "a\tq\nb\tr\n", "text=2,label=1").samples().classes())
                .containsExactly("a", "b");
        assertThat(read("l.txt", "one\n\n two\n").samples().content(1)).isEqualTo(new Content.Text(" two"));
    }

    @Test
    void aColumnOfIdsNamesTextsAndMayNotRepeat() {
        assertThat(read("i.jsonl", "{\"id\":7,\"text\":\"a\"}\n")
                        .samples()
                        .entry(0)
                        .id())
                .isEqualTo("7");
        assertThatThrownBy(() -> read("r.csv", "id,text\nx,a\nx,b\n"))
                .hasMessageContaining("r.csv line 3: has the id 'x', which stood before");
    }

    @Test
    void picturesAndTextsAreNotMixed() {
        Path text = Drawn.write(dir, "t.csv", "text\na\n");
        Path picture = Drawn.write(dir, "p/1.png", Drawn.png(1));
        assertThatThrownBy(() -> Drawn.read(text, picture))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("1.png: is a picture where", "t.csv line 2 is a text"));
    }

    @Test
    void pairsShareTheirSamples() {
        Examples.Pairs pairs = (Examples.Pairs) read("p.csv", "left,right,label\na,b,1\nb,c,0\na,c,0\n");
        assertThat(pairs.samples().size()).isEqualTo(3);
        assertThat(texts(pairs.samples(), pairs.left())).containsExactly("a", "b", "a");
        assertThat(texts(pairs.samples(), pairs.right())).containsExactly("b", "c", "c");
        assertThat(pairs.scores()).containsExactly(1, 0, 0);
        assertThat(pairs.graded()).isFalse();
        Examples.Pairs chosen = pairs.subset(new int[] {2, 0});
        assertThat(chosen.scores()).containsExactly(0, 1);
        assertThat(texts(chosen.samples(), chosen.right())).containsExactly("c", "b");
    }

    @Test
    void gradedPairsKeepTheirRange() {
        Examples.Pairs pairs = (Examples.Pairs) read(
                "p.jsonl",
                "{\"sentence1\":\"a\",\"sentence2\":\"b\",\"score\":-3}\n"
                        + "{\"sentence1\":\"a\",\"sentence2\":\"c\",\"score\":12.5}\n");
        assertThat(pairs.graded()).isTrue();
        assertThat(pairs.lowest()).isEqualTo(-3);
        assertThat(pairs.highest()).isEqualTo(12.5);
        assertThatThrownBy(() -> read("q.csv", "left,right,score\na,b,high\n"))
                .hasMessageContaining("line 2: has the score 'high', which is no number");
    }

    @Test
    void pairsWithoutAScoreAreAllPositive() {
        Examples.Pairs pairs = (Examples.Pairs) read("p.tsv", "q\tp1\nq\tp2\n", "left=1,right=2");
        assertThat(pairs.scores()).containsExactly(1, 1);
        assertThat(pairs.samples().size()).isEqualTo(3);
    }

    @Test
    void pairsOfPicturesAreFoundBesideTheTable() {
        Drawn.write(dir, "pics/0.png", Drawn.png(0));
        Drawn.write(dir, "pics/1.png", Drawn.png(1));
        Examples.Pairs pairs = (Examples.Pairs) read("p.csv", "left,right,label\npics/0.png,pics/1.png,1\n");
        assertThat(pairs.samples().kind()).isEqualTo(Kind.PICTURE);
        assertThat(pairs.samples().entry(1).id()).isEqualTo("pics/1.png");
        assertThatThrownBy(() -> read("g.csv", "left,right,label\npics/0.png,pics/9.png,1\n"))
                .hasMessageContaining("line 2: names pics/9.png, which is not there");
    }

    @Test
    void tripletsAndPairsOfAnchors() {
        Examples.Triplets triplets = (Examples.Triplets) read("t.csv", "anchor,positive,negative\na,b,c\nb,a,d\n");
        assertThat(texts(triplets.samples(), triplets.anchor())).containsExactly("a", "b");
        assertThat(texts(triplets.samples(), triplets.positive())).containsExactly("b", "a");
        assertThat(texts(triplets.samples(), triplets.negative())).containsExactly("c", "d");
        assertThat(triplets.subset(new int[] {1}).negative()).containsExactly(3);
        assertThat(read("u.csv", "anchor,positive\na,b\n")).isInstanceOf(Examples.Pairs.class);
        assertThatThrownBy(() -> read("v.csv", "anchor,positive,negative\na,b,\n"))
                .hasMessageContaining("line 2: has nothing in its column for negative");
    }

    @Test
    void severalDataOfOneShapeAreReadAsOne() {
        Path a = Drawn.write(dir, "a.csv", "left,right\nx,y\n");
        Path b = Drawn.write(dir, "b.csv", "left,right\ny,z\n");
        Path c = Drawn.write(dir, "c.csv", "text\ny\n");
        Examples.Pairs pairs = (Examples.Pairs) Examples.read(List.of(a, b), ReadOptions.defaults(), Progress.SILENT);
        assertThat(pairs.left()).containsExactly(0, 1);
        assertThat(pairs.right()).containsExactly(1, 2);
        assertThatThrownBy(() -> Examples.read(List.of(a, c), ReadOptions.defaults(), Progress.SILENT))
                .hasMessageContaining("holds samples where")
                .hasMessageContaining("a.csv holds pairs");
    }

    @Test
    void publishedFormsAreToldByTheirFirstLine() {
        Examples.Pairs sts = (Examples.Pairs) read(
                "sts.csv",
                "captions\tMSRvid\t2012\t1\t4.500\tA \"plane\".\tA jet.\n"
                        + "captions\tMSRvid\t2012\t2\t0.0\tA dog.\tA jet.\tsource\tsource\n");
        assertThat(sts.graded()).isTrue();
        assertThat(sts.scores()).containsExactly(4.5, 0);
        assertThat(texts(sts.samples(), sts.left())).containsExactly("A \"plane\".", "A dog.");
        Examples.Pairs records = (Examples.Pairs)
                read("r.txt", "COL name VAL sony tv COL price VAL  \tCOL name VAL sony COL price VAL 9.5 \t1\n");
        assertThat(texts(records.samples(), new int[] {0, 1})).containsExactly("sony tv", "sony 9.5");
        assertThat(records.samples().entry(1).attributes()).isEqualTo(Map.of("name", "sony", "price", "9.5"));
        assertThat(records.scores()).containsExactly(1);
        Examples.Pairs mrpc = (Examples.Pairs)
                read("m.tsv", "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\tA \"b.\tC.\n");
        assertThat(mrpc.scores()).containsExactly(0);
        assertThat(texts(mrpc.samples(), mrpc.left())).containsExactly("A \"b.");
    }
}
