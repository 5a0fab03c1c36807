package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who shares a transaction with whom, and who waits for nobody. */
class TruthWriterTest {
    private static final Space SPACE = new Space("made here", 2, Distance.L2);
    private static final int WRITES = 200;

    private Path file;

    @BeforeEach
    void create(@TempDir Path folder) throws SQLException {
        file = folder.resolve("items.db");
        TruthFile.create(file, SPACE);
    }

    private static void write(TruthWriter writer, String name) {
        for (int i = 0; i < WRITES; i++) {
            writer.write(List.of(new Change.Put(new Item(name + i, new float[] {i, 1}, Map.of(), null))));
        }
    }

    @Test
    @Timeout(60)
    void whoWritesAgainAndAgainTogetherSharesTransactions() throws Exception {
        int writers = 4;
        // So long that nobody is ever too late: only when the others have ended is it waited out, once each.
        try (TruthWriter writer = new TruthWriter(TruthFile.writing(file), file, TimeUnit.SECONDS.toNanos(1));
                ExecutorService pool = Executors.newFixedThreadPool(writers)) {
            List<Future<?>> all = IntStream.range(0, writers)
                    .<Future<?>>mapToObj(i -> pool.submit(() -> write(writer, "w" + i + "-")))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
            assertThat(writer.lastSequence()).isEqualTo((long) writers * WRITES);
            // Some at the beginning, before all have come, and at the end. Half of them in turn would make twice as
            // many.
            assertThat(writer.commits()).isBetween((long) WRITES, WRITES + 40L);
        }
    }

    @Test
    @Timeout(60)
    void whoWritesAloneWaitsForNobody() throws Exception {
        try (TruthWriter writer = new TruthWriter(TruthFile.writing(file), file, TimeUnit.HOURS.toNanos(1))) {
            write(writer, "alone");
            assertThat(writer.commits()).isEqualTo(WRITES);
        }
    }
}
