package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.index.CorruptIndexException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A view on a disk that loses its power, again and again: what it says it holds when it is opened again it holds, nothing that was made
 * durable is lost, and once it has caught up it is what the items are.
 */
class ViewPowerLossTest {
    private static final int DIMENSION = 6;
    private static final int IDS = 60;
    private static final int ROUNDS = 15;
    /** The share of syncs that a disk does which lies now and then. */
    private static final double LIAR = 0.9;

    private static final Space SPACE = VectorIndexContract.space(DIMENSION, Distance.L2);
    private static final Engine ENGINE = new Engine.Graph(8, 40, 40);

    @TempDir
    Path folder;

    private final ExecutorService pool = Executors.newFixedThreadPool(1);
    private final LuceneView.Building building = new LuceneView.Building(pool, 1, new Pace(1, 1));
    private final TreeMap<Long, Change> written = new TreeMap<>();
    private Truth truth;
    /** What the disk has. */
    private Map<String, byte[]> disk = Map.of();
    /** The number of the last commit that was said to be durable. */
    private long durable;

    private int damaged;
    private int resumed;

    @BeforeEach
    void create() {
        truth = Truth.create(folder, SPACE, "a test");
    }

    @AfterEach
    void close() {
        truth.close();
        pool.shutdown();
    }

    private interface Step {
        void on(LuceneView view) throws IOException;
    }

    /** One loss of power: what the view did before it, over what was left by the one before. */
    private void round(double kept, Keyed random, Step commit) throws IOException {
        PowerLossDirectory directory =
                new PowerLossDirectory(disk, kept, Keyed.of(random.nextLong()), 1 + random.nextInt(600));
        try (LuceneView view = LuceneView.open(directory, truth, ENGINE, building)) {
            for (int step = 0; directory.lost() == null && step < 40; step++) {
                step(view, random, commit);
                if (directory.lost() == null) {
                    durable = view.committed();
                    truth.forget(durable);
                }
            }
            disk = directory.lose();
        } catch (IOException | RuntimeException e) {
            assertThat(LuceneView.isDamage(e)).as("%s", e).isTrue();
            // As the follower does it.
            disk = Map.of();
        }
    }

    private void step(LuceneView view, Keyed random, Step commit) throws IOException {
        switch (random.nextInt(12)) {
            case 0 -> commit.on(view);
            case 1 -> view.flush();
            case 2 -> view.reader().release();
            case 3 -> {
                if (random.nextInt(4) == 0) {
                    view.compact();
                }
            }
            case 4, 5, 6, 7 -> write(random);
            default -> follow(view);
        }
    }

    private void write(Keyed random) {
        List<Change> changes = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            String id = "é" + random.nextInt(IDS);
            changes.add(
                    random.nextInt(4) == 0
                            ? new Change.Delete(id)
                            : new Change.Put(new Item(
                                    id,
                                    VectorIndexContract.vector(random, DIMENSION),
                                    Map.of("n", Value.of(random.nextLong())),
                                    null)));
        }
        long last = truth.write(changes);
        for (int i = 0; i < changes.size(); i++) {
            written.put(last - changes.size() + 1 + i, changes.get(i));
        }
    }

    private void follow(LuceneView view) throws IOException {
        Truth.Changes changes = truth.changes(view.sequence(), Integer.MAX_VALUE);
        view.apply(changes.changes());
        view.holds(changes.through());
    }

    /**
     * What a view on the disk as it was left has, without changing the disk.
     *
     * @param checked whether checksums are read when it is opened
     * @return what is wrong with it; null where nothing is
     */
    private @Nullable String judged(boolean checked) throws IOException {
        try (LuceneView view = LuceneView.open(kept(), truth, ENGINE, building)) {
            ViewReader first = view.reader();
            try {
                if (checked) {
                    first.requireSound();
                }
                resumed += view.sequence() > 0 ? 1 : 0;
                String wrong = wrong(first, view.sequence());
                if (wrong != null) {
                    return wrong;
                }
            } finally {
                first.release();
            }
            follow(view);
            ViewReader now = view.reader();
            try {
                List<Finding> findings = ViewCheck.of(now, truth, "view");
                return findings.isEmpty() ? wrong(now, truth.lastSequence()) : findings.toString();
            } finally {
                now.release();
            }
        } catch (IOException | RuntimeException e) {
            if (!LuceneView.isDamage(e)) {
                return e.toString();
            }
            damaged++;
            return null;
        }
    }

    private PowerLossDirectory kept() {
        return new PowerLossDirectory(disk, 1, Keyed.of(0), Integer.MAX_VALUE);
    }

    /** Held against the writes themselves, in plain doubles. */
    private @Nullable String wrong(ViewReader reader, long sequence) throws IOException {
        Map<String, float[]> items = new HashMap<>();
        for (Change change : written.headMap(sequence, true).values()) {
            switch (change) {
                case Change.Put(Item item) -> items.put(item.id(), item.vector());
                case Change.Delete(String id) -> items.remove(id);
            }
        }
        if (reader.count() != items.size()) {
            return "%d items at %d, not %d".formatted(reader.count(), sequence, items.size());
        }
        for (int q = 0; q < 3; q++) {
            float[] query = VectorIndexContract.vector(Keyed.of(7, sequence, q), DIMENSION);
            List<String> expected = items.entrySet().stream()
                    .sorted(Comparator.comparingDouble(each -> squared(each.getValue(), query)))
                    .map(Map.Entry::getKey)
                    .toList();
            List<String> found = reader.search(Query.of(SPACE, query, IDS), 0).neighbors().stream()
                    .map(Neighbor::id)
                    .toList();
            if (!found.equals(expected)) {
                return "%s found at %d, not %s".formatted(found, sequence, expected);
            }
        }
        return null;
    }

    private static double squared(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow((double) one[i] - other[i], 2);
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatWasMadeDurableStaysAndTheRestIsReplayed(long seed) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            round(1, Keyed.of(seed, round), LuceneView::commit);
            assertThat(judged(true)).as("round %d", round).isNull();
            try (LuceneView view = LuceneView.open(kept(), truth, ENGINE, building)) {
                assertThat(view.sequence()).as("round %d", round).isGreaterThanOrEqualTo(durable);
            }
        }
        assertThat(damaged).isZero();
        assertThat(resumed).isGreaterThan(ROUNDS / 2);
    }

    /** A disk that acknowledges what it then loses: damage shows when it is opened, and is never searched. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aDiskThatLiesIsFoundOut(long seed) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            round(LIAR, Keyed.of(seed, round), LuceneView::commit);
            assertThat(judged(true)).as("round %d", round).isNull();
        }
        assertThat(damaged).isPositive();
    }

    /** Control: without the checksums some of what a disk loses would be searched. */
    @Test
    void withoutChecksumsAnswersWouldBeWrong() throws IOException {
        int wrong = 0;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            round(1, Keyed.of(9, round), LuceneView::commit);
            Map<String, byte[]> sound = disk;
            disk = rotten(sound, Keyed.of(9, round, 1));
            assertThat(judged(true)).as("round %d", round).isNull();
            wrong += judged(false) == null ? 0 : 1;
            disk = sound;
        }
        assertThat(wrong).isPositive();
    }

    /** One byte of one file is another. */
    private static Map<String, byte[]> rotten(Map<String, byte[]> sound, Keyed random) {
        Map<String, byte[]> files = new TreeMap<>(sound);
        List<String> names = files.keySet().stream()
                .filter(name -> sound.get(name).length > 0)
                .toList();
        if (!names.isEmpty()) {
            String name = names.get(random.nextInt(names.size()));
            byte[] bytes = files.get(name).clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) 0xFF;
            files.put(name, bytes);
        }
        return files;
    }

    /** A writer that a failed merge is about to close says so in its own words; what ended the merge decides. */
    @Test
    void whatEndedAMergeIsWhatTheWriterFailedOf() {
        assertThat(LuceneView.isDamage(ended(new CorruptIndexException("not what was written", "_1.vec"))))
                .isTrue();
        assertThat(LuceneView.isDamage(ended(new IOException("No space left on device"))))
                .isFalse();
    }

    private static Exception ended(IOException cause) {
        return new IllegalStateException("this writer hit an unrecoverable error; cannot merge", cause);
    }

    /** Control: a view that says it holds what it has not taken in yet is told from a right one. */
    @Test
    void aViewThatSaysTooMuchIsFoundOut() throws IOException {
        int wrong = 0;
        for (int round = 0; round < ROUNDS; round++) {
            round(1, Keyed.of(round), view -> {
                view.holds(truth.lastSequence());
                view.commit();
            });
            wrong += judged(true) == null ? 0 : 1;
        }
        assertThat(wrong).isPositive();
    }
}
