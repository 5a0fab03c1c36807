package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.Npy;
import dev.kindred.data.Duplicates.Duplicate;
import dev.kindred.data.Duplicates.Likeness;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearVectorsTest {
    @TempDir
    Path dir;

    /** Smooth blobs, as photographs are: rough noise would not outlive a change of size. */
    private static Content.Pixels photo(long seed, int side) {
        Keyed random = Keyed.of(seed);
        byte[] values = new byte[side * side];
        double[] level = new double[side * side];
        for (int blob = 0; blob < 12; blob++) {
            double x = random.nextDouble();
            double y = random.nextDouble();
            double height = random.uniform(-60, 60);
            for (int i = 0; i < level.length; i++) {
                double dx = (i % side + 0.5) / side - x;
                double dy = (i / side + 0.5) / side - y;
                level[i] += height * Math.exp(-40 * (dx * dx + dy * dy));
            }
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) Math.clamp(Math.round(128 + level[i]), 0, 255);
        }
        return new Content.Pixels(side, side, 1, values);
    }

    private static Content.Pixels brighter(Content.Pixels picture) {
        byte[] values = picture.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) Math.clamp(Math.round((values[i] & 0xFF) * 0.8 + 30), 0, 255);
        }
        return new Content.Pixels(picture.width(), picture.height(), 1, values);
    }

    @Test
    void aPictureOfAnotherSizeOrLightIsNearlyTheSame() {
        Content.Pixels first = photo(1, 64);
        Drawn.write(dir, "a/1.png", Pictures.png(first));
        Drawn.write(dir, "a/2.png", Pictures.png(photo(2, 64)));
        Drawn.write(dir, "a/3.png", Pictures.png(new Content.Pixels(8, 8, 1, new byte[64])));
        Drawn.write(dir, "b/1.png", Pictures.png(photo(3, 64)));
        Drawn.write(
                dir,
                "b/2.png",
                Pictures.png(new Content.Pixels(
                        40, 40, 1, new PictureShape(40, 40, 1, PictureShape.Fit.STRETCH).raster(first))));
        Drawn.write(dir, "b/3.png", Pictures.png(brighter(photo(2, 64))));
        Drawn.write(dir, "b/4.png", Pictures.png(new Content.Pixels(9, 9, 1, new byte[81])));
        Drawn.write(dir, "b/5.png", new byte[0]);
        Dataset data = Drawn.read(dir);
        List<Duplicate> found = Duplicates.across(
                        data, new Split(new int[] {0, 1, 2}, new int[] {3, 4, 5, 6, 7}, "by hand"))
                .duplicates();
        assertThat(found).containsExactly(new Duplicate(4, 0, Likeness.NEARLY), new Duplicate(5, 1, Likeness.NEARLY));
        assertThat(found.getFirst().line(data)).isEqualTo("b/2.png looks nearly the same picture as a/1.png");
    }

    /** Against a double loop over all pairs: none is named wrongly, and of thousands near the threshold one in a hundred is missed. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 30"})
    void vectorsAreNamedAsAnExactComparisonNamesThem(long seed, double shift) {
        int half = 1500;
        int d = 20;
        float[] values = new float[2 * half * d];
        for (int i = 0; i < values.length; i++) {
            int row = i / d % half;
            double spread = i < half * d ? 0 : 0.11 * row / half;
            values[i] = (float) (shift
                    + Keyed.of(seed, row, i % d).nextGaussian()
                    + spread * Keyed.of(seed, 5, i).nextGaussian());
        }
        double[] mean = new double[d];
        for (int i = 0; i < half * d; i++) {
            mean[i % d] += (double) values[i] / half;
        }
        int[] train = IntStream.range(0, half).toArray();
        int[] held = IntStream.range(half, 2 * half).toArray();
        Set<Integer> expected = new HashSet<>();
        for (int h : held) {
            for (int t : train) {
                double squares = 0;
                double hh = 0;
                double tt = 0;
                for (int k = 0; k < d; k++) {
                    double x = values[h * d + k] - mean[k];
                    double y = values[t * d + k] - mean[k];
                    squares += (x - y) * (x - y);
                    hh += x * x;
                    tt += y * y;
                }
                // Rounding of single precision decides nothing here.
                if (Math.sqrt(squares) < 0.0999 * (Math.sqrt(hh) + Math.sqrt(tt)) / 2) {
                    expected.add(h);
                }
            }
        }
        Path npy = dir.resolve("v.npy");
        Npy.write(npy, new Npy.Matrix(2 * half, d, values));
        List<Duplicate> found = Duplicates.across(Drawn.read(npy), new Split(train, held, "by hand"))
                .duplicates();
        Set<Integer> named = new HashSet<>(found.stream()
                .filter(f -> f.likeness() == Likeness.NEARLY)
                .map(Duplicate::validation)
                .toList());
        assertThat(found).allMatch(f -> f.train() == f.validation() - half);
        Set<Integer> missed = new HashSet<>(expected);
        missed.removeAll(named);
        assertThat(expected).hasSizeGreaterThan(1000);
        assertThat(missed.size()).isLessThanOrEqualTo(expected.size() / 100);
        named.removeAll(expected);
        assertThat(named.size()).isLessThan(20);
    }

    /** Thousands that look alike are compared with few each. */
    @Test
    void manyOfOneKindAreNoTrouble() {
        int n = 20_000;
        float[] values = new float[n * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 4 + (float) (0.001 * Keyed.of(3, i).nextGaussian()) + (i / 4 % 2) * 5 * (i % 3);
        }
        int[] train = IntStream.range(0, n / 2).toArray();
        int[] held = IntStream.range(n / 2, n).toArray();
        Duplicates.Found all = NearVectors.across(
                (row, into) -> {
                    System.arraycopy(values, row * 4, into, 0, 4);
                    return true;
                },
                4,
                train,
                held);
        assertThat(all.unsure()).isZero();
        List<Duplicate> found = all.duplicates();
        assertThat(found).hasSize(held.length);
        assertThat(Arrays.stream(held).boxed().toList())
                .isEqualTo(found.stream().map(Duplicate::validation).toList());
    }
}
