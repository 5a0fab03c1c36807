package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexDuplicatesCommandTest {
    private static final int COUNT = 400;
    private static final int D = 12;

    @TempDir
    Path folder;

    private Shell shell;
    private float[] values;

    @BeforeEach
    void everyTenthIsNearlyTheOneBefore() {
        shell = new Shell(folder.resolve("home"));
        values = new float[COUNT * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / D % 10 == 0 && i >= D
                    ? values[i - D] + 0.02f * (float) Keyed.of(2, i).nextGaussian()
                    : (float) Keyed.of(1, i).nextGaussian();
        }
        System.arraycopy(values, 7 * D, values, 5 * D, D);
    }

    private Path index(String engine, String distance) {
        Path npy = folder.resolve("v.npy");
        Npy.write(npy, new Npy.Matrix(COUNT, D, values));
        Path index = folder.resolve(engine + distance);
        Shell.Ended built = shell.run(
                "index", "build", npy, "--out", index, "--engine", engine, "--space", "mine", "--distance", distance);
        assertThat(built.code()).as(built.err()).isZero();
        return index;
    }

    @ParameterizedTest
    @CsvSource({"rows, cosine, --above, 0.98", "exact, cosine, --above, 0.98", "graph, l2, --within, 0.3"})
    void pairsAndClustersAreWhatALoopFinds(String engine, String distance, String option, double threshold)
            throws IOException {
        Path csv = folder.resolve("pairs.csv");
        Shell.Ended ended =
                shell.run("index", "duplicates", index(engine, distance), option, threshold, "--out", csv, "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        Distance by = Distance.ofWireName(distance);
        double least = by == Distance.L2 ? -threshold : threshold;
        int expected = 0;
        List<String> lines = Files.readAllLines(csv);
        for (int a = 0; a < COUNT; a++) {
            for (int b = a + 1; b < COUNT; b++) {
                if (by.score(values, a * D, values, b * D, D) >= least) {
                    expected++;
                    String named = "v" + a + ",v" + b + ",";
                    String bare = a + "," + b + ",";
                    assertThat(lines).anyMatch(line -> line.startsWith(named) || line.startsWith(bare));
                }
            }
        }
        assertThat(expected).isGreaterThanOrEqualTo(30);
        JsonObject json = ended.json();
        assertThat(json.get("pairs").getAsInt()).isEqualTo(expected);
        assertThat(lines).hasSize(expected + 1).first().isEqualTo("left,right,score,cluster");
        assertThat(json.get("clusters").getAsInt()).isEqualTo(expected);
        assertThat(json.get("missed").getAsDouble()).isZero();
        assertThat(json.getAsJsonArray("best")
                        .get(0)
                        .getAsJsonObject()
                        .get("score")
                        .getAsDouble())
                .isEqualTo(by == Distance.L2 ? 0 : 1);
    }

    @Test
    void whatIsAskedWronglyIsSaidInOneLine() {
        Path cosine = index("rows", "cosine");
        assertThat(shell.run("index", "duplicates", cosine, "--above", "1.5").line())
                .contains("at most 1");
        assertThat(shell.run("index", "duplicates", cosine, "--within", "1").line())
                .contains("--above");
        assertThat(shell.run("index", "duplicates", index("rows", "l2")).line()).contains("--within R");
        assertThat(shell.run("index", "duplicates", index("rows", "dot")).line())
                .contains("inner products")
                .contains("--distance cosine");
        assertThat(shell.run("index", "duplicates", cosine, "--limit", "-1").line())
                .contains("--limit");
        Shell.Ended none = shell.run("index", "duplicates", cosine, "--above", "1");
        assertThat(none.out()).contains("1 pair of 400 items");
    }
}
