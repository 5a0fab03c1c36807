package dev.kindred.index;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.index.IndexInfo.Capability;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;

/**
 * The items of a generation, read beside whoever has it open for writing, in this process or another; the view is not opened. Each call sees
 * what was durable when it began, and holds up no write.
 */
public final class GenerationItems implements AutoCloseable {
    private final Path folder;
    private final Truth truth;

    private GenerationItems(Path folder, Truth truth) {
        this.folder = folder;
        this.truth = truth;
    }

    /** @throws Refusal where the folder holds none */
    public static GenerationItems open(Path folder) {
        return new GenerationItems(folder, Truth.reading(folder));
    }

    public Space space() {
        return truth.space();
    }

    public IndexInfo info() {
        String engine = truth.setting(Generation.ENGINE)
                .map(Engine::ofText)
                .orElseGet(Engine::exact)
                .kind();
        return new IndexInfo(
                truth.space(), engine, truth.count(), truth.lastSequence(), EnumSet.allOf(Capability.class));
    }

    /** All items written after a number (0 for all), in the order of their last write, as of this moment; to be closed. */
    public Items scan(long afterSequence) {
        return truth.scan(afterSequence);
    }

    /** What there is and takes room, by the items. */
    public IndexStats stats() {
        long[] sizes = truth.sizes();
        return new IndexStats(info(), Generation.bytes(folder), sizes[0], sizes[1], sizes[2]);
    }

    /**
     * Copies the items of this moment, and files that belong to them, into a new folder.
     *
     * @param beside files to keep with the items, e.g. the bundle
     */
    public ItemsSnapshot snapshot(List<Path> beside, Path to) {
        return snapshot(truth, beside, to);
    }

    static ItemsSnapshot snapshot(Truth truth, List<Path> beside, Path to) {
        return written(to, () -> ItemsSnapshot.take(truth, beside, to));
    }

    /**
     * Writes the items of this moment as an index of rows into a new folder, for many processes to map and search: an {@link ExactIndex},
     * whose answers are those of one that was built of the same items, to the last bit. Under l2 and dot they are those of exact searches of
     * the generation to the last bit too; under cosine scores differ by rounding, below 1e-6, since rows keep the items' own lengths.
     *
     * @param beside files to keep with the rows, e.g. the bundle
     * @return items that were written
     */
    public long export(List<Path> beside, Path to, Progress progress) {
        return written(to, () -> RowsExport.write(truth, beside, to, progress));
    }

    private interface Writing<T> {
        T run() throws IOException;
    }

    private static <T> T written(Path to, Writing<T> writing) {
        try {
            return writing.run();
        } catch (FileAlreadyExistsException e) {
            throw new Refusal("is there already", to.toString(), "name a new folder", e);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be written (" + e.getMessage() + ")",
                    to.toString(),
                    "check who may write there and that there is room",
                    e);
        }
    }

    @Override
    public void close() {
        truth.close();
    }
}
