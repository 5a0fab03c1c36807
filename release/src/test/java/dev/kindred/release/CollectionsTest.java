package dev.kindred.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionsTest {
    private static final Space SPACE = Space.external("a/b", 2, Distance.L2);

    @TempDir
    Path home;

    private Registry registry;
    private Collections collections;

    @BeforeEach
    void open() {
        registry = Registry.open(home);
        collections = new Collections(home, registry);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private static void index(Path folder) {
        Generation.create(folder, SPACE, Engine.exact(), "a test", 1).close();
    }

    private Collections.Stored create(String name) throws IOException {
        return collections.create(name, SPACE.id(), CollectionSettings.usual().sensitive(true), CollectionsTest::index);
    }

    @Test
    void whatIsMadeIsThereWithItsSettingsAndGoesWhole() throws IOException {
        Collections.Stored made = create("photos");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("collections"))))
                .isEqualTo("rwx------");
        assertThat(Generation.isIn(made.generation())).isTrue();
        registry.close();
        open();
        assertThat(collections.names()).containsExactly("photos");
        assertThat(collections.find("photos")).contains(made);
        assertThat(made.settings().sensitive()).isTrue();
        assertThat(collections.change("photos", now -> now.targetRecall(0.9)).sensitive())
                .isTrue();
        assertThat(collections.find("photos").orElseThrow().settings().targetRecall())
                .isEqualTo(0.9);
        collections.drop("photos");
        assertThat(collections.names()).isEmpty();
        try (var left = Files.list(home.resolve("collections"))) {
            assertThat(left).isEmpty();
        }
        // Nothing of the one before is left to the next.
        collections.create("photos", SPACE.id(), CollectionSettings.usual(), CollectionsTest::index);
        assertThat(collections.find("photos").orElseThrow().settings()).isEqualTo(CollectionSettings.usual());
    }

    @Test
    void whatWasSaidOfItsAnswersGoesWithIt() throws IOException {
        create("photos");
        create("others");
        Feedback feedback = new Feedback(registry);
        Answered answered = new Answered(registry);
        for (String name : List.of("photos", "others")) {
            answered.keep(List.of(new Answered.Answer("r-" + name, 1, "k", name, "b", "verify", "{\"score\":0.5}")));
            feedback.add(new Feedback.Said(
                    0,
                    1,
                    "k",
                    "r-" + name,
                    name,
                    "b",
                    "verify",
                    null,
                    Feedback.Outcome.SAME,
                    null,
                    0.5,
                    null,
                    new JsonObject()));
        }
        collections.drop("photos");
        assertThat(feedback.of("photos", 0, 10)).isEmpty();
        assertThat(answered.find("r-photos")).isEmpty();
        assertThat(feedback.of("others", 0, 10)).hasSize(1);
        assertThat(answered.find("r-others")).isPresent();

        // A process that ended in the middle of dropping it.
        Path folder = home.resolve("collections");
        Files.move(folder.resolve("others"), folder.resolve(".dropped-others-1a2b"));
        Collections again = new Collections(home, registry);
        assertThat(again.names()).isEmpty();
        assertThat(feedback.of("others", 0, 10)).isEmpty();
        assertThat(answered.find("r-others")).isEmpty();
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/b",
                "a\\b",
                ".hidden",
                "-x",
                "a b",
                "a\0b",
                "phot\u043Es",
                "*",
                "a%2fb",
                "ａ",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aNameIsNoPathAndLooksLikeNoOther(String name) {
        assertThatThrownBy(() -> create(name)).isInstanceOf(Refusal.class).hasMessageContaining("named so");
        assertThat(home.resolve("collections")).doesNotExist();
    }

    @Test
    void thereIsOneOfEachNameWhateverItsCase() throws IOException {
        create("photos");
        assertThatThrownBy(() -> create("photos")).hasMessageContaining("already");
        assertThatThrownBy(() -> create("Photos")).hasMessageContaining("case alone");
        assertThat(collections.find("photos")).isPresent();
    }

    @Test
    void whatCouldNotBeMadeLeavesNothing() {
        assertThatThrownBy(() -> collections.create("photos", SPACE.id(), CollectionSettings.usual(), folder -> {
                    index(folder);
                    throw new IOException("the disk is full");
                }))
                .hasMessageContaining("full");
        assertThat(collections.names()).isEmpty();
        assertThat(home.resolve("collections/photos")).doesNotExist();
    }

    @Test
    void whatAKillLeftIsNoCollectionAndIsTakenAway() throws IOException {
        Path dropped = Files.createDirectories(home.resolve("collections/.dropped-photos-1/inside"));
        Files.createDirectories(home.resolve("collections/half"));
        open();
        assertThat(dropped.getParent()).doesNotExist();
        assertThat(collections.find("half")).isEmpty();
        assertThat(create("half").name()).isEqualTo("half");
    }

    @Test
    void snapshotsAreKeptToANumberAndTheNewestWholeOneIsRestored() throws Exception {
        Path folder = create("photos").generation();
        Snapshots snapshots = new Snapshots(folder);
        assertThat(snapshots.restore()).isEmpty();
        try (Generation generation = Generation.open(folder, "a test", 1)) {
            for (int i = 0; i < Snapshots.KEPT + 1; i++) {
                generation.write(List.of(new Change.Put(Item.of("item" + i, 1, i))), Visibility.ACKNOWLEDGED);
                snapshots.take(generation, List.of());
                Thread.sleep(2);
            }
        }
        assertThat(snapshots.moments()).hasSize(Snapshots.KEPT).isSortedAccordingTo((a, b) -> b.compareTo(a));
        Path newest;
        try (var taken = Files.list(folder.resolve(Snapshots.FOLDER))) {
            newest = taken.sorted().reduce((a, b) -> b).orElseThrow();
        }
        try (Snapshots.Restored restored = snapshots.restore().orElseThrow();
                Generation generation = Generation.open(restored.folder(), "a test", 1)) {
            assertThat(generation.info().count()).isEqualTo(3);
        }
        Files.write(newest.resolve(Generation.ITEMS), new byte[100]);
        try (Snapshots.Restored restored = snapshots.restore().orElseThrow();
                Generation generation = Generation.open(restored.folder(), "a test", 1)) {
            assertThat(generation.info().count()).as("the one before").isEqualTo(2);
        }
        try (var inside = Files.list(folder)) {
            assertThat(inside).noneMatch(path -> path.getFileName().toString().startsWith(".restored"));
        }
    }

    @Test
    void bundlesAreAskedForByTheirBeginningAndNeverByAPath() throws IOException {
        Bundles bundles = collections.bundles();
        assertThat(bundles.ids()).isEmpty();
        Path folder = Files.createDirectories(home.resolve("bundles"));
        String one = "ab12" + "0".repeat(60);
        String other = "ab12" + "1".repeat(60);
        Files.createFile(folder.resolve(one + ".kindred"));
        Files.createFile(folder.resolve(other + ".kindred"));
        Files.createFile(folder.resolve("notes.kindred"));
        assertThat(bundles.ids()).containsExactly(one, other);
        assertThat(bundles.require("ab120", java.util.Map.of())).hasFileName(one + ".kindred");
        for (String none : List.of("ab2", "cd12", "../bundles/ab12", "", "notes")) {
            assertThatThrownBy(() -> bundles.require(none, java.util.Map.of()))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("no such bundle");
        }
        assertThatThrownBy(() -> bundles.require("ab12", java.util.Map.of())).hasMessageContaining("several bundles");
    }
}
