package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors that another program made: an index and classes of them, without any bundle. */
class VectorCommandsTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path vectors;
    private Path labels;
    private Path index;

    @BeforeEach
    void sixVectorsOfTwoClasses() throws IOException {
        shell = new Shell(folder.resolve("home"));
        vectors = npy("vectors", 3, 1, 0, 0, 2, 0.1f, 0, 5, 0, 0.2f, 0, 1, 0, 0, 3, 0.1f, 0.2f, 1, 0);
        labels = Files.writeString(
                folder.resolve("labels.csv"), "id,label\na0,near\na1,near\na2,near\nb0,far\nb1,far\nb2,far\n");
        index = folder.resolve("i");
        answer("index", "build", vectors, "--labels", labels, "--out", index, "--space", "mine", "--json");
    }

    private Path npy(String name, int dimension, float... values) {
        Path file = folder.resolve(name + ".npy");
        Npy.write(file, new Npy.Matrix(values.length / dimension, dimension, values));
        return file;
    }

    private JsonObject answer(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    private static String first(JsonObject found) {
        return found.getAsJsonArray("neighbors")
                .get(0)
                .getAsJsonObject()
                .get("id")
                .getAsString();
    }

    @Test
    void theyAreFoundByVectorsAndIdsWithTheirLabels() {
        JsonObject found = answer("index", "search", index, npy("q", 3, 0, 7, 0.6f), "-k", 2, "--json");
        assertThat(first(found)).isEqualTo("b1");
        assertThat(found.toString()).contains("\"label\":\"far\"");
        assertThat(first(answer("index", "search", index, "@a0", "--json"))).isEqualTo("a2");
        assertThat(answer("index", "stats", index, "--json").get("space").getAsString())
                .isEqualTo("external:mine/3/cosine");
        assertThat(shell.run("index", "check", index).code()).isZero();
        assertThat(shell.run("doctor", index).out()).contains("external:mine/3/cosine");
    }

    @Test
    void moreAreAddedAndThoseOfAnotherLengthAreNot() throws IOException {
        Path more = npy("more", 3, 0, 0, 1);
        Path ids = Files.writeString(folder.resolve("more.csv"), "id,label\nc0,up\n");
        assertThat(answer("index", "add", index, more, "--labels", ids, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(7);
        assertThat(first(answer("index", "search", index, npy("q", 3, 0, 0, 9), "--json")))
                .isEqualTo("c0");
        assertThat(shell.run("index", "add", index, npy("short", 2, 1, 1)).line())
                .contains("holds 2 values where the others have 3");
    }

    @Test
    void whatAddingReplacesIsCounted() throws IOException {
        Path plain = folder.resolve("plain");
        answer("index", "build", vectors, "--out", plain, "--space", "mine", "--json");
        Shell.Ended added = shell.run("index", "add", plain, npy("more", 3, 9, 9, 9, 8, 8, 7), "--json");
        assertThat(added.json().get("added").getAsInt()).isZero();
        assertThat(added.json().get("replaced").getAsInt()).isEqualTo(2);
        assertThat(added.json().get("count").getAsInt()).isEqualTo(6);
        assertThat(added.err()).contains("are 0, 1, 2").contains("--labels");
        Path ids = Files.writeString(folder.resolve("ids.csv"), "id,label\n0,x\nnew,x\n");
        Shell.Ended named = shell.run("index", "add", plain, npy("two", 3, 1, 2, 3, 3, 2, 1), "--labels", ids);
        assertThat(named.out()).contains("1 added, 1 replaced; ").contains("now holds 7 items");
        assertThat(named.err()).doesNotContain("note");
    }

    /** One that has no direction is a bad row like one with NaN: named, left out, refused with --strict or above 1%. */
    @Test
    void aVectorWithoutDirectionIsLeftOut() {
        float[] values = new float[200 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 3 == 7 ? 0 : 1 + i % 5;
        }
        Path one = npy("one", 3, values);
        Path out = folder.resolve("zero");
        Shell.Ended ended = shell.run("index", "build", one, "--out", out, "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.err()).contains("left out").contains("one.npy").contains("zero vector");
        assertThat(ended.json().get("count").getAsInt()).isEqualTo(199);
        assertThat(ended.json().get("bad").getAsInt()).isEqualTo(1);
        assertThat(answer("index", "build", one, "--out", out, "--distance", "l2", "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(200);
        assertThat(shell.run("index", "build", one, "--out", folder.resolve("s"), "--strict")
                        .line())
                .contains("zero vector")
                .contains("--strict");
        assertThat(folder.resolve("s")).doesNotExist();
    }

    @Test
    void slipsAreToldAsWhatTheyAre() {
        assertThat(shell.run("index", "search", index, "my.npyy").line()).contains("my.npyy: does not exist");
        assertThat(shell.run("index", "search", index, npy("q", 2, 1, 1)).line())
                .contains("give vectors of what made the others");
        assertThat(shell.run("index", "search", index, "@a0", "--exact", "--ef", "3")
                        .line())
                .contains("--ef, --exact: more than one effort");
        assertThat(shell.run("index", "bench", vectors, "--picture", folder.resolve("p.png"))
                        .line())
                .contains("p.png")
                .contains(".svg");
        assertThat(shell.run("index", "stats", index, "--recall").out()).contains("reads all rows");
    }

    @Test
    void noWordsAreEmbeddedAndNoBundleStaysBehind() throws IOException {
        assertThat(shell.run("index", "search", index, "some words").line())
                .contains("vectors made elsewhere")
                .contains("@id or a .npy");
        Path bundle = folder.resolve("m.kindred");
        TinyBundle.seal(bundle, 1);
        Path other = folder.resolve("other");
        answer("index", "build", bundle, Drawings.folder(folder.resolve("data"), 2, 2), "--out", other, "--json");
        assertThat(other.resolve("bundle.kindred")).exists();
        answer("index", "build", vectors, "--out", other, "--distance", "l2", "--json");
        assertThat(other.resolve("bundle.kindred")).doesNotExist();
        assertThat(answer("index", "stats", other, "--json").get("space").getAsString())
                .isEqualTo("external:vectors/3/l2");
        assertThat(shell.run("index", "build", bundle, "--out", other).line()).contains("no DATA is named");
    }

    @Test
    void theyMakeClassesThatAnswerOrDoNot() throws IOException {
        Path classes = folder.resolve("c");
        JsonObject added = answer("classes", "add", classes, vectors, "--labels", labels, "--json");
        assertThat(added.get("classes").getAsInt()).isEqualTo(2);
        JsonObject limit =
                answer("classes", "calibrate", classes, vectors, "--labels", labels, "--loss", "0", "--json");
        assertThat(limit.get("accuracy").getAsDouble()).isEqualTo(1);
        assertThat(answer("classes", "classify", classes, npy("q", 3, 4, 0.3f, 0), "--json")
                        .get("class")
                        .getAsString())
                .isEqualTo("near");
        Shell.Ended unknown = shell.run("classes", "classify", classes, npy("u", 3, 0, -0.1f, -1), "--json");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.json().get("class").isJsonNull()).isTrue();
        Path third = npy("third", 3, 0, 0, -1);
        Path named = Files.writeString(folder.resolve("third.csv"), "label\ndown\n");
        assertThat(answer("classes", "add", classes, third, "--labels", named, "--json")
                        .get("classes")
                        .getAsInt())
                .isEqualTo(3);
        assertThat(shell.run("classes", "add", folder.resolve("d"), third).line())
                .contains("has no label");
        assertThat(shell.run("classes", "add", folder.resolve("d"), vectors, "--class", "x", "--text", "lost")
                        .code())
                .isEqualTo(2);
    }
}
