package dev.kindred.evaluate;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.Problem;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Preparation;
import dev.kindred.media.PictureShape;
import java.util.List;

/**
 * A data set as a bundle's encoder and its baselines see it: every picture is decoded and prepared once, then encoded in batches.
 *
 * @param samples those that could be decoded
 * @param rows their rows in the data set
 * @param failures those that could not
 */
public record Encoded(Samples samples, Views views, int[] rows, List<Problem> failures) {
    private static final int BATCH = 256;
    /** Raw pixels are compared at no more than this many values in all (512 MiB); beyond, rasters are halved. */
    private static final long MOST_PIXEL_VALUES = 1L << 27;

    /**
     * @param baselines whether raw pixels and the untrained encoder are made too
     * @param strict whether the first bad sample ends it
     */
    public static Encoded of(
            Bundle bundle, Dataset data, boolean baselines, boolean strict, Workers workers, Progress progress) {
        Preparation preparation = bundle.preparation();
        Loaded<byte[]> loaded =
                Loading.each(data, workers, (row, content) -> preparation.raster(content), strict, progress);
        List<byte[]> rasters = loaded.values();
        Embeddings encoder;
        try (Encoder trained = bundle.encoder(workers.threads())) {
            encoder = encode(trained, preparation.shape(), rasters, "encoding", progress);
        }
        Views views = Views.of(encoder);
        if (baselines) {
            try (Encoder untrained = bundle.untrained(workers.threads())) {
                Embeddings before = encode(untrained, preparation.shape(), rasters, "encoding untrained", progress);
                views = new Views(encoder, pixels(preparation.shape(), rasters), before);
            }
        }
        return new Encoded(Samples.of(data, loaded.rows()), views, loaded.rows(), loaded.failures());
    }

    /** Embeddings of prepared rasters in the encoder's own shape. */
    static Embeddings encode(
            Encoder encoder, PictureShape shape, List<byte[]> rasters, String what, Progress progress) {
        return encode(
                encoder, rasters.stream().map(raster -> picture(shape, raster)).toList(), what, progress);
    }

    /**
     * Embeddings of any number of contents, batch by batch.
     *
     * @param what the work is called in the progress
     */
    public static Embeddings encode(Encoder encoder, List<? extends Content> contents, String what, Progress progress) {
        int d = encoder.space().dimension();
        int n = contents.size();
        float[] values = new float[Math.multiplyExact(n, d)];
        for (int from = 0; from < n; from += BATCH) {
            int to = Math.min(n, from + BATCH);
            Embeddings batch = encoder.encode(List.copyOf(contents.subList(from, to)));
            System.arraycopy(batch.values(), 0, values, from * d, (to - from) * d);
            progress.at(what, to, n, "");
        }
        return new Embeddings(encoder.space(), n, values);
    }

    private static Content.Pixels picture(PictureShape shape, byte[] raster) {
        return new Content.Pixels(shape.width(), shape.height(), shape.channels(), raster);
    }

    /** Raw pixels at the encoder's raster, halved as often as their number demands. */
    static Embeddings pixels(PictureShape shape, List<byte[]> rasters) {
        return pixels(shape, rasters, MOST_PIXEL_VALUES);
    }

    static Embeddings pixels(PictureShape shape, List<byte[]> rasters, long most) {
        PictureShape smaller = shape;
        while ((long) smaller.size() * rasters.size() > most && smaller.width() > 1 && smaller.height() > 1) {
            smaller = new PictureShape(
                    Math.max(1, smaller.width() / 2),
                    Math.max(1, smaller.height() / 2),
                    smaller.channels(),
                    PictureShape.Fit.STRETCH);
        }
        if (smaller.equals(shape)) {
            return RawPixels.of(rasters);
        }
        PictureShape chosen = smaller;
        return RawPixels.of(rasters.stream()
                .map(raster -> chosen.raster(picture(shape, raster)))
                .toList());
    }
}
