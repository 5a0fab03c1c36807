package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Keyed;
import dev.kindred.core.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person has who brings a matrix of vectors and labels, and no bundle. */
class EvaluateCommandTest {
    private static final int CLASSES = 8;
    private static final int EACH = 12;
    private static final int D = 5;

    @TempDir
    Path folder;

    private Shell shell;
    private Path vectors;
    private float[] values;

    /** Each class about a direction of its own, with enough noise that some neighbours are strangers. */
    @BeforeEach
    void clusters() throws IOException {
        shell = new Shell(folder.resolve("home"));
        vectors = folder.resolve("v.npy");
        values = new float[CLASSES * EACH * D];
        StringBuilder labels = new StringBuilder("label\n");
        for (int row = 0; row < CLASSES * EACH; row++) {
            Keyed centre = Keyed.of(3, row / EACH);
            Keyed noise = Keyed.of(4, row);
            for (int k = 0; k < D; k++) {
                values[row * D + k] = (float) (centre.nextGaussian() + 0.45 * noise.nextGaussian());
            }
            labels.append('c').append(row / EACH).append('\n');
        }
        Npy.write(vectors, new Npy.Matrix(CLASSES * EACH, D, values));
        Files.writeString(folder.resolve("labels.csv"), labels);
    }

    private JsonObject measured(Object... more) {
        Object[] line = new Object[5 + more.length];
        System.arraycopy(
                new Object[] {"evaluate", vectors, "--labels", folder.resolve("labels.csv"), "--json"}, 0, line, 0, 5);
        System.arraycopy(more, 0, line, 5, more.length);
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    @Test
    void recallIsThatOfAPlainLoop() {
        JsonObject json = measured();
        assertThat(json.get("space").getAsString()).isEqualTo("external:v/" + D + "/cosine");
        double recall = json.getAsJsonObject("recall").get("1").getAsDouble();
        assertThat(recall)
                .isCloseTo(nearestIsOfTheClass(), within(1e-12))
                .isLessThan(1)
                .isGreaterThan(0.5);
    }

    /** The share of rows whose nearest other row by cosine is of their class. */
    private double nearestIsOfTheClass() {
        int n = CLASSES * EACH;
        int right = 0;
        for (int i = 0; i < n; i++) {
            int nearest = -1;
            double best = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                double cosine = dot(i, j) / Math.sqrt(dot(i, i) * dot(j, j));
                if (j != i && cosine > best) {
                    best = cosine;
                    nearest = j;
                }
            }
            right += nearest / EACH == i / EACH ? 1 : 0;
        }
        return (double) right / n;
    }

    private double dot(int i, int j) {
        double sum = 0;
        for (int k = 0; k < D; k++) {
            sum += (double) values[i * D + k] * values[j * D + k];
        }
        return sum;
    }

    @Test
    void thresholdsOfVectorsAreKept() throws IOException {
        Path kept = folder.resolve("decision.json");
        JsonObject json = measured("--task", "verify", "--decision", kept);
        assertThat(json.get("auroc").getAsDouble()).isBetween(0.8, 1.0);
        JsonObject decision = JsonParser.parseString(Files.readString(kept)).getAsJsonObject();
        assertThat(decision.getAsJsonArray("thresholds")).isNotEmpty();
    }

    @Test
    void whatVectorsCannotDoIsRefused() throws IOException {
        assertThat(shell.run("evaluate", vectors).line()).contains("there are no labels");
        assertThat(shell.run("evaluate", vectors, "--labels", folder.resolve("none.csv"))
                        .line())
                .contains("none.csv");
        Files.writeString(folder.resolve("short.csv"), "label\nc0\nc1\n");
        assertThat(shell.run("evaluate", vectors, "--labels", folder.resolve("short.csv"))
                        .line())
                .contains("short.csv");
        Path texts = folder.resolve("t.csv");
        Files.writeString(texts, "label,text\na,one\nb,two\na,three\nb,four\n");
        assertThat(shell.run("evaluate", texts).line()).contains("name the bundle first");
    }
}
