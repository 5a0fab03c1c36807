package dev.kindred.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snapshots of one generation. */
class SnapshotsTest {
    @TempDir
    Path dir;

    private static void put(Generation generation, String id) {
        generation.write(List.of(new Change.Put(Item.of(id, new float[] {1, 2}, Map.of()))), Visibility.ACKNOWLEDGED);
    }

    @Test
    void theNewestAreKept() {
        Path folder = dir.resolve("g");
        Snapshots snapshots = new Snapshots(folder);
        try (Generation live =
                Generation.create(folder, new Space("made here", 2, Distance.L2), Engine.exact(), "a test", 1)) {
            for (int i = 1; i <= 4; i++) {
                put(live, "item" + i);
                assertThat(snapshots.take(live, List.of()).count()).isEqualTo(i);
            }
            assertThat(snapshots.moments()).hasSize(Snapshots.KEPT).isSortedAccordingTo((a, b) -> b.compareTo(a));
        }
        try (Snapshots.Restored restored = snapshots.restore().orElseThrow();
                Generation again = Generation.open(restored.folder(), "a test", 1)) {
            assertThat(again.info().count()).isEqualTo(4);
        }
    }

    /** The one there is says that it will be taken in many years. */
    @Test
    void aClockThatWentBackLosesNoSnapshot() throws IOException {
        Path folder = dir.resolve("g");
        Snapshots snapshots = new Snapshots(folder);
        try (Generation live =
                Generation.create(folder, new Space("made here", 2, Distance.L2), Engine.exact(), "a test", 1)) {
            snapshots.take(live, List.of());
            Path kept = folder.resolve(Snapshots.FOLDER);
            try (Stream<Path> taken = Files.list(kept)) {
                Files.move(taken.findFirst().orElseThrow(), kept.resolve("29990101T000000000Z"));
            }
            snapshots.take(live, List.of());
            put(live, "late");
            assertThat(snapshots.take(live, List.of()).count()).isEqualTo(1);
            assertThat(snapshots.moments())
                    .containsExactly(
                            Instant.parse("2999-01-01T00:00:00.002Z"), Instant.parse("2999-01-01T00:00:00.001Z"));
        }
        try (Snapshots.Restored restored = snapshots.restore().orElseThrow();
                Generation again = Generation.open(restored.folder(), "a test", 1)) {
            assertThat(again.info().count()).isEqualTo(1);
        }
    }
}
