package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
    @TempDir
    Path dir;

    private static List<String> ids(Dataset data) {
        return IntStream.range(0, data.size()).mapToObj(i -> data.entry(i).id()).toList();
    }

    @Test
    void foldersAreLabelledByTheirWholePathAndReadInOrder() {
        Drawn.write(dir, "b/x/2.png", Drawn.png(1));
        Drawn.write(dir, "b/x/10.png", Drawn.png(2));
        Drawn.write(dir, "a/1.PNG", Drawn.png(3));
        Drawn.write(dir, "loose.png", Drawn.png(4));
        Drawn.write(dir, "a/notes.txt", "no picture");
        Drawn.write(dir, "a/._1.png", "left by a system");
        Drawn.write(dir, "__MACOSX/a/1.png", "left by a system");
        Drawn.write(dir, "a/y.webp", "RIFF");
        Dataset data = Drawn.read(dir);
        assertThat(ids(data)).containsExactly("a/1.PNG", "b/x/10.png", "b/x/2.png", "loose.png");
        assertThat(data.entry(1).label()).isEqualTo("b/x");
        assertThat(data.entry(3).label()).isNull();
        assertThat(data.classes()).containsExactly("a", "b/x");
        assertThat(data.labels()).containsExactly(0, 1, 1, -1);
        assertThat(data.warnings()).containsExactly("1 .webp files left out: that format is not read");
        assertThat(((Content.Pixels) data.content(2)).values())
                .isEqualTo(Drawn.pixels(1).values());
        assertThat(data.row("b/x/2.png")).hasValue(2);
        assertThat(data.row("b/x/3.png")).isEmpty();
    }

    @Test
    void aZipIsReadInPlaceLikeItsFolder() {
        Path zip = Drawn.write(
                dir,
                "set.zip",
                Drawn.zip(Map.of("k/b/1.png", Drawn.png(1), "k/a/1.png", Drawn.png(2), "k/a/read.me", new byte[3])));
        Dataset data = Drawn.read(zip);
        assertThat(ids(data)).containsExactly("k/a/1.png", "k/b/1.png");
        assertThat(data.classes()).containsExactly("k/a", "k/b");
        assertThat(data.where(0)).isEqualTo(zip + "/k/a/1.png");
        assertThat(data.bytes(0)).isEqualTo(Drawn.png(2));
    }

    @Test
    void zipsInAFolderAreReadTooAndTheirNameIsInTheId() {
        Drawn.write(dir, "d/one.zip", Drawn.zip(Map.of("a/1.png", Drawn.png(1))));
        Drawn.write(dir, "two.zip", Drawn.zip(Map.of("a/1.png", Drawn.png(2), "b.png", Drawn.png(3))));
        Dataset data = Drawn.read(dir);
        assertThat(ids(data)).containsExactly("d/one.zip/a/1.png", "two.zip/a/1.png", "two.zip/b.png");
        assertThat(data.classes()).containsExactly("a", "d/a");
        assertThat(data.entry(2).label()).isNull();
    }

    @Test
    void severalDataKeepTheirIdsApartAndShareTheirLabels() {
        Drawn.write(dir, "day1/cat/1.png", Drawn.png(1));
        Drawn.write(dir, "day2/cat/1.png", Drawn.png(2));
        Drawn.write(dir, "day3.zip", Drawn.zip(Map.of("dog/1.png", Drawn.png(3))));
        Dataset data = Dataset.read(
                List.of(dir.resolve("day1"), dir.resolve("day2"), dir.resolve("day3.zip")),
                ReadOptions.of(null, List.of("day=^day(\\d)"), List.of(), false),
                Progress.SILENT);
        assertThat(ids(data)).containsExactly("day1/cat/1.png", "day2/cat/1.png", "day3.zip/dog/1.png");
        assertThat(data.classes()).containsExactly("cat", "dog");
        assertThat(data.entry(2).attributes()).isEqualTo(Map.of("day", "3"));
        assertThat(data.attributeNames()).containsExactly("day");
        assertThatThrownBy(() -> Drawn.read(dir.resolve("day1"), dir.resolve("day1/../day1")))
                .hasMessageContaining("is named twice");
    }

    @Test
    void twoDataOfOneNameAreToldApart() {
        Drawn.write(dir, "x/set/cat/1.png", Drawn.png(1));
        Drawn.write(dir, "y/set/cat/1.png", Drawn.png(2));
        Dataset data = Drawn.read(dir.resolve("x/set"), dir.resolve("y/set"));
        assertThat(ids(data)).containsExactly("set/cat/1.png", "set~2/cat/1.png");
        assertThat(data.warnings()).hasSize(1).first().asString().contains("ids that begin with set~2/");
    }

    @Test
    void theLabelMayComeFromThePath() {
        Drawn.write(dir, "noto/1F600.png", Drawn.png(1));
        Drawn.write(dir, "twem/1F600.png", Drawn.png(2));
        Drawn.write(dir, "twem/odd.png", Drawn.png(3));
        Dataset data = Dataset.read(
                List.of(dir),
                ReadOptions.of("([0-9A-F-]+)\\.png", List.of("hand=(\\w+)/"), List.of(), false),
                Progress.SILENT);
        assertThat(data.classes()).containsExactly("1F600");
        assertThat(data.entry(2).label()).isNull();
        assertThat(data.entry(0).attributes()).containsEntry("hand", "noto");
        assertThat(data.warnings()).containsExactly("1 samples have no label: --label is not found in their path");
        assertThatThrownBy(() -> ReadOptions.of("[0-9]+", List.of(), List.of(), false))
                .hasMessageContaining("has no group");
        assertThatThrownBy(() -> ReadOptions.of("([0-9", List.of(), List.of(), false))
                .hasMessageContaining("no regular expression");
        assertThatThrownBy(() -> ReadOptions.of(null, List.of("x"), List.of(), false))
                .hasMessageContaining("'x' is no pair");
        ReadOptions nowhere = ReadOptions.of("(q+)\\.png", List.of(), List.of(), false);
        assertThatThrownBy(() -> Dataset.read(List.of(dir), nowhere, Progress.SILENT))
                .hasMessageContaining("is found in no sample's path");
    }

    @Test
    void labelsThatDifferOnlyByCaseAreKeptApartAndWarnedOf() {
        Path zip = Drawn.write(
                dir,
                "s.zip",
                Drawn.zip(Map.of("Cat/1.png", Drawn.png(1), "cat/1.png", Drawn.png(2), "dog/1.png", Drawn.png(3))));
        Dataset data = Drawn.read(zip);
        assertThat(data.classes()).containsExactly("Cat", "cat", "dog");
        assertThat(data.warnings()).containsExactly("labels that differ only by case are kept apart: Cat, cat");
    }

    @Test
    void attributesMayStandInATableBesideThePictures() {
        Drawn.write(dir, "a/1.png", Drawn.png(1));
        Drawn.write(dir, "a/2.png", Drawn.png(2));
        Drawn.write(dir, "z.zip", Drawn.zip(Map.of("b/1.png", Drawn.png(3))));
        Drawn.write(dir, "attributes.csv", "camera,image,label\nleft,a/1.png,\nright,z.zip/b/1.png,c\nup,a/9.png,\n");
        Dataset data = Drawn.read(dir);
        assertThat(data.entry(0)).isEqualTo(new Entry("a/1.png", "a", Map.of("camera", "left")));
        assertThat(data.entry(1)).isEqualTo(new Entry("a/2.png", "a", Map.of()));
        assertThat(data.entry(2)).isEqualTo(new Entry("z.zip/b/1.png", "c", Map.of("camera", "right")));
        assertThat(data.warnings()).containsExactly("1 rows of the attributes' table name no picture");
    }

    @Test
    void theFingerprintIsOfIdsLabelsAndBytesWhateverTheOrder() {
        Drawn.folder(dir.resolve("a"), 0, 2, 2);
        Drawn.folder(dir.resolve("b"), 0, 2, 2);
        String one = Drawn.read(dir.resolve("a")).fingerprint();
        assertThat(one).hasSize(64).isEqualTo(Drawn.read(dir.resolve("b")).fingerprint());
        Dataset data = Drawn.read(dir.resolve("a"));
        assertThat(data.subset(new int[] {3, 1, 0, 2}).fingerprint()).isEqualTo(one);
        assertThat(data.subset(new int[] {3, 1, 0}).fingerprint()).isNotEqualTo(one);
        Drawn.write(dir.resolve("b"), "c0/0.png", Drawn.png(99));
        assertThat(Drawn.read(dir.resolve("b")).fingerprint()).isNotEqualTo(one);
    }

    @Test
    void linksInsideAreFollowedAndThoseThatLeadOutsideAreNot() throws IOException {
        Path root = dir.resolve("root");
        Drawn.write(dir, "outside/1.png", Drawn.png(1));
        Drawn.write(root, "a/1.png", Drawn.png(2));
        Drawn.write(root, ".store/2.png", Drawn.png(3));
        Files.createSymbolicLink(root.resolve("a/2.png"), Path.of("../.store/2.png"));
        Files.createSymbolicLink(root.resolve("a/out.png"), dir.resolve("outside/1.png"));
        Files.createSymbolicLink(root.resolve("a/loop"), root);
        Files.createSymbolicLink(root.resolve("a/gone.png"), Path.of("nowhere.png"));
        Files.createSymbolicLink(root.resolve("a/self.png"), Path.of("self.png"));
        Dataset data = Drawn.read(root);
        assertThat(ids(data)).containsExactly("a/1.png", "a/2.png");
        assertThat(data.warnings())
                .containsExactlyInAnyOrder(
                        "1 links left out: they lead outside root",
                        "1 links to folders left out: what they lead to is read at its own place",
                        "2 links left out: they lead nowhere");
        Path alias = Files.createSymbolicLink(dir.resolve("alias"), root);
        assertThat(Drawn.read(alias).size()).isEqualTo(2);
    }

    @Test
    void pipesNamedLikePicturesAreLeftOut() throws Exception {
        Drawn.write(dir, "a/1.png", Drawn.png(1));
        boolean made;
        try {
            made = new ProcessBuilder("mkfifo", dir.resolve("a/2.png").toString())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            made = false;
        }
        assumeTrue(made, "mkfifo is not here");
        Dataset data = Drawn.read(dir);
        assertThat(ids(data)).containsExactly("a/1.png");
        assertThat(data.warnings()).containsExactly("1 left out: neither file nor folder");
    }

    @Test
    void whatHoldsNothingIsRefusedByName() throws IOException {
        Path empty = Files.createDirectory(dir.resolve("empty"));
        assertThatThrownBy(() -> Drawn.read(empty)).isInstanceOfSatisfying(Refusal.class, r -> {
            assertThat(r.what()).isEqualTo("holds no samples");
            assertThat(r.where()).isEqualTo(empty.toString());
        });
        assertThatThrownBy(() -> Drawn.read(dir.resolve("gone"))).hasMessageContaining("does not exist");
        Path text = Drawn.write(dir, "x.doc", "words");
        assertThatThrownBy(() -> Drawn.read(text)).hasMessageContaining("is nothing that is read");
        Path picture = Drawn.write(dir, "x.png", Drawn.png(1));
        assertThat(Drawn.read(picture).entry(0).id()).isEqualTo("x.png");
        assertThatThrownBy(() -> Drawn.read(picture, empty)).hasMessageContaining("holds no samples");
    }
}
