package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadingTest {
    private static final Workers WORKERS = Workers.of(3);

    @TempDir
    Path dir;

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static Loaded<Integer> load(Dataset data, boolean strict) {
        return Loading.each(
                data,
                WORKERS,
                (row, content) -> ((Content.Pixels) content).values()[0] + 1000 * row,
                strict,
                Progress.SILENT);
    }

    @Test
    void everyRowIsDecodedInItsPlace() {
        Dataset data = Drawn.read(Drawn.folder(dir, 0, 10, 15));
        Loaded<Integer> loaded = load(data, true);
        assertThat(loaded.rows()).hasSize(150);
        for (int i = 0; i < 150; i++) {
            assertThat(loaded.rows()[i]).isEqualTo(i);
            assertThat(loaded.values().get(i)).isEqualTo(((Content.Pixels) data.content(i)).values()[0] + 1000 * i);
        }
        assertThat(loaded.sizes()).isEqualTo(new PictureSizes(150, 12, 10, true));
        assertThat(Survey.of(data, WORKERS)).isEqualTo(new Survey(150, 10, 15, new PictureSizes(150, 12, 10, true)));
    }

    @Test
    void theBadAreCountedAndNamedAndTheRestGoesOn() {
        Drawn.folder(dir, 0, 10, 30);
        Drawn.write(dir, "c3/5.png", new byte[0]);
        Drawn.write(dir, "c4/6.png", "this is text");
        Loaded<Integer> loaded = load(Drawn.read(dir), false);
        assertThat(loaded.rows()).hasSize(298);
        assertThat(loaded.failures())
                .containsExactly(
                        new Problem(dir.resolve("c3/5.png").toString(), "is empty (0 bytes)"),
                        new Problem(dir.resolve("c4/6.png").toString(), "is not a picture (it reads like text)"));
        assertThatThrownBy(() -> load(Drawn.read(dir), true))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("--strict");
    }

    @Test
    void aFileThatIsGoneOrUnreadableIsOneBadSample() throws IOException {
        Drawn.folder(dir, 0, 10, 20);
        Dataset data = Drawn.read(dir);
        Files.delete(dir.resolve("c0/0.png"));
        Path locked = dir.resolve("c0/1.png");
        boolean denied = locked.toFile().setReadable(false) && !Files.isReadable(locked);
        List<Problem> failures = load(data, false).failures();
        assertThat(failures.getFirst())
                .isEqualTo(new Problem(dir.resolve("c0/0.png").toString(), "cannot be read (it is not there)"));
        // The administrator reads everything, so there it is one.
        assertThat(failures).hasSize(denied ? 2 : 1);
        if (denied) {
            assertThat(failures.getLast()).isEqualTo(new Problem(locked.toString(), "cannot be read (no permission)"));
        }
    }

    @Test
    void moreThanOneInAHundredStopTheRun() {
        Drawn.folder(dir, 0, 10, 10);
        Drawn.write(dir, "c3/5.png", new byte[0]);
        assertThat(load(Drawn.read(dir), false).failures()).hasSize(1);
        Drawn.write(dir, "c3/6.png", new byte[0]);
        assertThatThrownBy(() -> load(Drawn.read(dir), false))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("2 of 100", "c3/5.png: is empty", "c3/6.png: is empty"));
    }

    @Test
    void aFaultOfTheKeeperIsNoBadPicture() {
        Dataset data = Drawn.read(Drawn.folder(dir, 0, 2, 2));
        assertThatThrownBy(() -> Loading.each(
                        data,
                        WORKERS,
                        (row, content) -> {
                            throw new IllegalStateException("a fault");
                        },
                        false,
                        Progress.SILENT))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void duplicatesAcrossASplitAreFoundByBytesAndByPixels() {
        Drawn.write(dir, "a/1.png", Drawn.png(1));
        Drawn.write(dir, "a/2.png", Drawn.png(2));
        Drawn.write(dir, "b/1.png", Drawn.png(1));
        Drawn.write(dir, "b/2.png", Drawn.png(3));
        Content.Pixels two = Drawn.pixels(2);
        byte[] pgm = new byte[13 + two.values().length];
        byte[] head = "P5 12 10 255\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, pgm, 0, 13);
        System.arraycopy(two.values(), 0, pgm, 13, two.values().length);
        Drawn.write(dir, "b/3.pgm", pgm);
        Drawn.write(dir, "b/4.png", new byte[0]);
        Dataset data = Drawn.read(dir);
        Split split = new Split(new int[] {0, 1}, new int[] {2, 3, 4, 5}, "by hand");
        List<Duplicates.Duplicate> found = Duplicates.across(data, split).duplicates();
        assertThat(found)
                .containsExactly(
                        new Duplicates.Duplicate(2, 0, Duplicates.Likeness.BYTES),
                        new Duplicates.Duplicate(4, 1, Duplicates.Likeness.CONTENT));
        assertThat(found.getFirst().line(data)).isEqualTo("b/1.png is the same picture as a/1.png");
    }
}
