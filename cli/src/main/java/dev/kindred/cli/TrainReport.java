package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Workers;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Samples;
import dev.kindred.evaluate.TrainingReport;
import dev.kindred.evaluate.Views;
import dev.kindred.media.Pictures;
import dev.kindred.train.Teaching;
import java.nio.file.Path;
import java.util.List;

/** What a run knows of itself, told as a {@link TrainingReport}. */
record TrainReport(
        Provenance provenance,
        Teaching.Taught taught,
        EncoderParts parts,
        Decision decision,
        List<Content.Pixels> pictures) {

    /**
     * @param rows of the data set, one a picture
     * @param validation embeddings of the pictures
     */
    void write(Path path, int[] rows, Embeddings validation, int threads, Workers workers, Progress progress) {
        long seed = provenance.plan().recipe().seed();
        Views views = new Views(
                validation,
                RawPixels.of(pictures.stream().map(Content.Pixels::values).toList()),
                untrained(seed, threads, progress));
        new TrainingReport(
                        HeadReport.points(taught),
                        provenance.facts(),
                        Samples.of(provenance.data(), rows),
                        views,
                        decision,
                        row -> Pictures.png(pictures.get(row)))
                .page(seed, workers)
                .colophon("Measured on " + provenance.heldOut()
                        + ", which also chose the best weights and the thresholds. Kindred " + Version.current())
                .write(path);
    }

    private Embeddings untrained(long seed, int threads, Progress progress) {
        try (Encoder encoder = parts.untaught(seed).orElseThrow().open(threads)) {
            return Encoded.encode(encoder, pictures, "encoding untrained", progress);
        }
    }
}
