package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Npy;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorsTest {
    @TempDir
    Path dir;

    private static float[] vector(Dataset data, int row) {
        return ((Content.Vector) data.content(row)).values();
    }

    private Path npy(String name, float... values) {
        Path file = dir.resolve(name);
        Npy.write(file, new Npy.Matrix(values.length / 2, 2, values));
        return file;
    }

    private Dataset table(String name, String text, String... columns) {
        Path table = Drawn.write(dir, name, text);
        return Dataset.read(List.of(table), ReadOptions.of(null, List.of(), List.of(columns), false), Progress.SILENT);
    }

    @Test
    void aMatrixWithLabelsBeside() {
        Path file = npy("x.npy", 1, 2, 3, 4);
        assertThat(Drawn.read(file).entry(1)).isEqualTo(new Entry("1", null, Map.of()));
        assertThat(Drawn.read(file).kind()).isEqualTo(Kind.VECTOR);
        assertThat(vector(Drawn.read(file), 1)).containsExactly(3, 4);
        assertThat(Drawn.read(file).bytes(0)).hasSize(8);
        Drawn.write(dir, "x.labels.txt", "cat\n\n");
        assertThat(Drawn.read(file).entry(0)).isEqualTo(new Entry("0", "cat", Map.of()));
        assertThat(Drawn.read(file).entry(1).label()).isNull();
        Drawn.write(dir, "x.ids.txt", "a\nb\n");
        assertThat(Drawn.read(file).entry(0)).isEqualTo(new Entry("a", "cat", Map.of()));
        Drawn.write(dir, "x.labels.csv", "label,lang\ndog,en\ncat,\n");
        assertThat(Drawn.read(file).entry(0)).isEqualTo(new Entry("a", "dog", Map.of("lang", "en")));
        Path other = Drawn.write(dir, "o.csv", "id,kind\na,x\nb,y\n");
        ReadOptions chosen =
                ReadOptions.of(null, List.of(), List.of("label=kind"), false).withLabels(other);
        assertThat(Dataset.read(List.of(file), chosen, Progress.SILENT).classes())
                .containsExactly("x", "y");
    }

    @Test
    void labelsThatDoNotFitAreRefused() {
        Path file = npy("x.npy", 1, 2, 3, 4);
        Drawn.write(dir, "x.labels.csv", "label\ndog\n");
        assertThatThrownBy(() -> Drawn.read(file))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("x.labels.csv: has 1 rows where", "x.npy has 2"));
        Drawn.write(dir, "x.labels.csv", "id,label\nb,dog\na,cat\n");
        Drawn.write(dir, "x.ids.txt", "a\nb\n");
        assertThatThrownBy(() -> Drawn.read(file)).hasMessageContaining("names 'b' in row 0, where");
        Drawn.write(dir, "x.ids.txt", "a\na\n");
        Drawn.write(dir, "x.labels.csv", "label\ndog\ncat\n");
        assertThatThrownBy(() -> Drawn.read(file))
                .hasMessageContaining("x.npy row 1: has the id 'a', which stood before");
    }

    @Test
    void rowsThatAreNoNumbersAreNamed() {
        float[] values = new float[400];
        Arrays.fill(values, 1);
        values[2 * 7 + 1] = Float.NaN;
        Dataset data = Drawn.read(npy("n.npy", values));
        assertThat(data.size()).isEqualTo(199);
        assertThat(data.problems().getFirst().line()).endsWith("n.npy row 7: holds NaN as value 1 of its vector");
        assertThat(data.entry(7).id()).isEqualTo("8");
        values[0] = Float.POSITIVE_INFINITY;
        values[4] = Float.NaN;
        Path bad = npy("b.npy", values);
        assertThatThrownBy(() -> Drawn.read(bad))
                .hasMessageContaining("3 of 200 cannot be read, more than 1%")
                .hasMessageContaining("b.npy row 0: holds an infinite number as value 0");
    }

    @Test
    void fvecsAreReadByTheirLengths() {
        ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(2).putFloat(1).putFloat(2).putInt(2).putFloat(3).putFloat(4);
        Dataset data = Drawn.read(Drawn.write(dir, "v.fvecs", bytes.array()));
        assertThat(vector(data, 1)).containsExactly(3, 4);
        Path cut = Drawn.write(dir, "c.fvecs", Arrays.copyOf(bytes.array(), 23));
        assertThatThrownBy(() -> Drawn.read(cut)).hasMessageContaining("no whole number of vectors of 2 values");
        bytes.putInt(12, 1);
        Path other = Drawn.write(dir, "o.fvecs", bytes.array());
        assertThatThrownBy(() -> Drawn.read(other)).hasMessageContaining("has a vector of 1 values");
        bytes.putInt(0, Integer.MAX_VALUE);
        Path huge = Drawn.write(dir, "h.fvecs", bytes.array());
        assertThatThrownBy(() -> Drawn.read(huge)).hasMessageContaining("2,147,483,647 values");
    }

    @Test
    void tablesOfNumbersAreVectors() {
        Dataset numbered = table("e.csv", "id,label,e0,e1,size\na,x,1,2.5,9\nb,y,-3,4e-1,8\n");
        assertThat(numbered.entry(0)).isEqualTo(new Entry("a", "x", Map.of("size", "9")));
        assertThat(vector(numbered, 1)).containsExactly(-3, 0.4f);
        assertThat(vector(table("w.csv", "width,height,label\n1,2,a\n"), 0)).containsExactly(1, 2);
        assertThat(vector(table("s.csv", "label,f_a,f_b,g\na,1,2,3\n", "vector=f_*"), 0))
                .containsExactly(1, 2);
        assertThat(vector(table("c.csv", "label,v\na,\"[1.5, 2]\"\n", "vector=v"), 0))
                .containsExactly(1.5f, 2);
        assertThat(vector(table("j.jsonl", "{\"label\":\"a\",\"embedding\":[1,2]}\n"), 0))
                .containsExactly(1, 2);
        assertThatThrownBy(() -> table("b.csv", "e0,e1\n1,2\n1,x\n"))
                .hasMessageContaining("b.csv line 3: has 'x' as value 1 of its vector");
        assertThatThrownBy(() -> table("d.jsonl", "{\"vector\":[1,2]}\n{\"vector\":[1]}\n"))
                .hasMessageContaining("line 2: holds 1 values where the first vector has 2");
    }

    private static byte[] idx(int type, byte[] numbers, int... sizes) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + numbers.length);
        file.putInt(type << 8 | sizes.length);
        Arrays.stream(sizes).forEach(file::putInt);
        return file.put(numbers).array();
    }

    private static byte[] gz(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gz = new GZIPOutputStream(out)) {
            gz.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    @Test
    void idxIsPicturesOrVectorsWithLabelsBeside() {
        byte[] levels = {0, 1, 2, 3, 4, (byte) 250};
        Path images = Drawn.write(dir, "t-images-idx3-ubyte.gz", gz(idx(8, levels, 2, 1, 3)));
        Dataset bare = Drawn.read(images);
        assertThat(bare.kind()).isEqualTo(Kind.PICTURE);
        assertThat(bare.warnings()).anyMatch(line -> line.contains("no labels were found beside"));
        Drawn.write(dir, "t-labels-idx1-ubyte", idx(8, new byte[] {7, (byte) 200}, 2));
        Dataset data = Drawn.read(images);
        assertThat(data.entry(1)).isEqualTo(new Entry("1", "200", Map.of()));
        Content.Pixels second = (Content.Pixels) data.content(1);
        assertThat(second.width()).isEqualTo(3);
        assertThat(second.values()).containsExactly(3, 4, (byte) 250);
        assertThat(data.bytes(1)).as("a PNG").startsWith((byte) 0x89, (byte) 'P');
        Dataset vectors = Dataset.read(List.of(images), ReadOptions.defaults().withKind(Kind.VECTOR), Progress.SILENT);
        assertThat(vector(vectors, 1)).containsExactly(3, 4, 250);
        assertThat(vectors.entry(0).label()).isEqualTo("7");
        Path floats = Drawn.write(
                dir,
                "f.idx2",
                idx(0x0D, ByteBuffer.allocate(8).putFloat(1.5f).putFloat(2).array(), 1, 2));
        assertThat(vector(Drawn.read(floats), 0)).containsExactly(1.5f, 2);
    }

    @Test
    void idxThatLiesIsRefused() {
        Path bomb = Drawn.write(dir, "b-idx3-ubyte.gz", gz(idx(8, new byte[0], 30_000, 28, 28)));
        assertThatThrownBy(() -> Drawn.read(bomb)).hasMessageContaining("bytes cannot");
        Path cut = Drawn.write(dir, "c-idx3-ubyte", idx(8, new byte[5], 1, 2, 3));
        assertThatThrownBy(() -> Drawn.read(cut)).isInstanceOf(Refusal.class);
        Path longer = Drawn.write(dir, "l-idx3-ubyte", idx(8, new byte[7], 1, 2, 3));
        assertThatThrownBy(() -> Drawn.read(longer)).hasMessageContaining("holds more than it says");
        Path labels = Drawn.write(dir, "t-labels-idx1-ubyte", idx(8, new byte[2], 2));
        assertThatThrownBy(() -> Drawn.read(labels)).hasMessageContaining("holds labels");
        Path none = Drawn.write(dir, "n-idx3-ubyte", new byte[20]);
        assertThatThrownBy(() -> Drawn.read(none)).hasMessageContaining("is no IDX file");
        Path images = Drawn.write(dir, "t-images-idx3-ubyte", idx(8, new byte[6], 1, 2, 3));
        assertThatThrownBy(() -> Drawn.read(images)).hasMessageContaining("has 2 rows where");
    }
}
