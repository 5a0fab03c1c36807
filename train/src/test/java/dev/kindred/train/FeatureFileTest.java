package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureFileTest {
    private static final int[] ROWS = {0, 1, 3, 4, 9};
    private static final int D = 3;

    @Test
    void givesBackWhatWasWritten(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("deep/er/x.features");
        write(path);
        FeatureFile file = FeatureFile.open(path, D).orElseThrow();
        assertThat(file.rows()).isEqualTo(ROWS);
        assertThat(file.features().count()).isEqualTo(5);
        for (int i = 0; i < 5; i++) {
            assertThat(file.features().row(i)).containsExactly(3 * i, 3 * i + 1, 3 * i + 2);
        }
    }

    @Test
    void oneThatCannotBeTrustedIsNotThere(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("x.features");
        assertThat(FeatureFile.open(path, D)).isEmpty();
        write(path);
        assertThat(FeatureFile.open(path, D + 1)).isEmpty();
        byte[] whole = Files.readAllBytes(path);
        for (int at = 0; at < whole.length; at += 7) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(path, damaged);
            assertThat(FeatureFile.open(path, D)).as("a bit of byte %d", at).isEmpty();
        }
        for (int length = 0; length < whole.length; length += 5) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThat(FeatureFile.open(path, D)).as("cut to %d bytes", length).isEmpty();
        }
        Files.write(path, whole);
        assertThat(FeatureFile.open(path, D)).isPresent();
    }

    private static void write(Path path) {
        FeatureFile.write(path, ROWS, D, block -> {
            block.put(new float[] {0, 1, 2, 3, 4, 5});
            block.put(new float[] {6, 7, 8, 9, 10, 11, 12, 13, 14});
        });
    }
}
