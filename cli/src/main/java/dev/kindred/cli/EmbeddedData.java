package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.Problem;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Preparation;
import dev.kindred.media.PictureShape;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set's embeddings.
 *
 * @param rows rows of {@code data}, one an embedding, in order
 * @param rasters what the encoder saw of each, in its own small shape
 * @param failures pictures that could not be read, at most 1% of all
 */
record EmbeddedData(Dataset data, int[] rows, List<byte[]> rasters, Embeddings embeddings, List<Problem> failures) {
    /** Samples encoded between two words of progress. */
    private static final int BATCH = 1024;

    /** Decodes all, keeps each at the encoder's own small size, then encodes. */
    static EmbeddedData of(Dataset data, Preparation preparation, Encoder encoder, boolean strict, Run run) {
        Loaded<byte[]> loaded;
        try (Workers workers = run.workers()) {
            loaded = Loading.each(data, workers, (row, content) -> preparation.raster(content), strict, run.progress());
        }
        Embeddings embeddings = encode(loaded.values(), preparation.shape(), encoder, "embedding", run);
        return new EmbeddedData(data, loaded.rows(), loaded.values(), embeddings, loaded.failures());
    }

    /** Pictures that are in the encoder's shape already. */
    static Embeddings encode(List<byte[]> rasters, PictureShape shape, Encoder encoder, String what, Run run) {
        int count = rasters.size();
        int d = encoder.space().dimension();
        float[] values = new float[Math.multiplyExact(count, d)];
        for (int from = 0; from < count; from += BATCH) {
            List<Content> batch = new ArrayList<>(BATCH);
            for (byte[] raster : rasters.subList(from, Math.min(count, from + BATCH))) {
                batch.add(new Content.Pixels(shape.width(), shape.height(), shape.channels(), raster));
            }
            float[] encoded = encoder.encode(batch).values();
            System.arraycopy(encoded, 0, values, from * d, encoded.length);
            run.progress().at(what, from + batch.size(), count, "");
        }
        return new Embeddings(encoder.space(), count, values);
    }

    List<String> ids() {
        List<String> ids = new ArrayList<>(rows.length);
        for (int row : rows) {
            ids.add(data.entry(row).id());
        }
        return ids;
    }

    /** Names what was left out: the first few and how many there are. */
    void tellFailures(Run run) {
        failures.stream().limit(5).forEach(bad -> run.say("left out: " + bad.where() + ": " + bad.what()));
        if (failures.size() > 5) {
            run.say("left out: " + (failures.size() - 5) + " more");
        }
    }
}
