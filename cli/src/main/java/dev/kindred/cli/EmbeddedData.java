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
 * @param failures pictures that could not be read, at most 1% of all
 */
record EmbeddedData(Dataset data, int[] rows, Embeddings embeddings, List<Problem> failures) {
    /** Samples encoded between two words of progress. */
    private static final int BATCH = 1024;

    /** Decodes all, keeps each at the encoder's own small size, then encodes. */
    static EmbeddedData of(Dataset data, Preparation preparation, Encoder encoder, boolean strict, Run run) {
        Loaded<byte[]> loaded;
        try (Workers workers = run.workers()) {
            loaded = Loading.each(data, workers, (row, content) -> preparation.raster(content), strict, run.progress());
        }
        PictureShape shape = preparation.shape();
        int count = loaded.rows().length;
        int d = encoder.space().dimension();
        float[] values = new float[Math.multiplyExact(count, d)];
        for (int from = 0; from < count; from += BATCH) {
            List<Content> batch = new ArrayList<>(BATCH);
            for (byte[] raster : loaded.values().subList(from, Math.min(count, from + BATCH))) {
                batch.add(new Content.Pixels(shape.width(), shape.height(), shape.channels(), raster));
            }
            float[] encoded = encoder.encode(batch).values();
            System.arraycopy(encoded, 0, values, from * d, encoded.length);
            run.progress().at("embedding", from + batch.size(), count, "");
        }
        return new EmbeddedData(data, loaded.rows(), new Embeddings(encoder.space(), count, values), loaded.failures());
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
