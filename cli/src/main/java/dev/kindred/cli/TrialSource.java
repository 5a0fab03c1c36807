package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.data.ReadOptions;
import dev.kindred.evaluate.Encoded;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Items;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The vectors that engines are tried on.
 *
 * @param vectors all, or of an index that holds more than fit in memory a draw
 * @param total that there are
 * @param given what {@code index build} is given to index them
 */
record TrialSource(Embeddings vectors, long total, String given) {
    private static final int DRAWN = 3;

    /** @throws Refusal where it is neither an index folder nor vectors */
    static TrialSource of(Path source, VectorOptions vectors, DataOptions data, long seed, Run run) {
        if (Files.isDirectory(source) && EmbeddedIndex.isIn(source)) {
            return ofIndex(source, seed, run);
        }
        if (Files.isDirectory(source) || !vectors.stand(source, data)) {
            throw new Refusal(
                    Files.exists(source) ? "is neither an index folder nor a file of vectors" : "does not exist",
                    source.toString(),
                    "name an index folder, or vectors: .npy, .fvecs, .csv, .parquet …");
        }
        Dataset found = data.read(List.of(source), data.readOptions(), run);
        Space space = vectors.of(source, found).space();
        Embeddings all = encoded(found, space, data.strict, run);
        String named = vectors.space == null ? "" : " --space " + word(vectors.space);
        return new TrialSource(all, all.count(), word(source.toString()) + compared(space) + named);
    }

    private static Embeddings encoded(Dataset found, Space space, boolean strict, Run run) {
        try (Workers workers = run.workers()) {
            Encoded encoded = Encoded.vectors(found, space, strict, workers, run.progress());
            run.tellLeftOut(encoded.failures());
            return encoded.views().encoder();
        }
    }

    private static TrialSource ofIndex(Path folder, long seed, Run run) {
        try (IndexFolder.Reading index = new IndexFolder(folder).reading(run)) {
            Space space = index.info().space();
            long total = index.info().count();
            int d = space.dimension();
            long fit = Math.min(Runtime.getRuntime().maxMemory() / 3 / (4L * d), (Integer.MAX_VALUE - 8) / d);
            int wanted = (int) Math.min(total, fit);
            float[] values = new float[wanted * d];
            int taken = 0;
            long left = total;
            Keyed random = Keyed.of(seed, DRAWN);
            try (Items items = index.scan().get()) {
                for (Items.Written written : items) {
                    // Of those left, as many as are still wanted, each with the same chance (Knuth's algorithm S).
                    if (taken < wanted && random.nextDouble() * left-- < wanted - taken) {
                        System.arraycopy(written.item().vector(), 0, values, taken++ * d, d);
                        run.progress().at("reading", taken, wanted, "");
                    }
                }
            }
            Embeddings all = new Embeddings(space, taken, Arrays.copyOf(values, taken * d));
            return new TrialSource(all, total, space.isExternal() ? "VECTORS" + compared(space) : "M.kindred DATA");
        }
    }

    /** @throws Refusal where the file holds anything but vectors of this length */
    Embeddings queries(Path file, Run run) {
        Dataset found = Dataset.read(List.of(file), ReadOptions.defaults(), run.progress());
        if (found.kind() != Kind.VECTOR || found.size() == 0) {
            throw new Refusal("holds " + found.kind().plural(), file.toString(), "give queries as vectors: .npy …");
        }
        int d = found.content(0) instanceof Content.Vector first ? first.values().length : 0;
        if (d != vectors.dimension()) {
            throw new Refusal(
                    "holds queries of " + d + " values, and vectors of " + vectors.dimension() + " are indexed",
                    file.toString(),
                    "make them by what made the vectors");
        }
        return encoded(found, vectors.space(), true, run);
    }

    private static String compared(Space space) {
        return space.distance() == Distance.COSINE
                ? ""
                : " --distance " + space.distance().wireName();
    }

    /** A word as a shell takes it. */
    private static String word(String name) {
        String shown = Words.line(name);
        return shown.matches("[\\w./,:=@+-]+") ? shown : "'" + shown.replace("'", "'\\''") + "'";
    }
}
