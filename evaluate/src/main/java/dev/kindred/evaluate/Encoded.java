package dev.kindred.evaluate;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.Problem;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.media.PictureShape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A data set as a bundle's encoder and its baselines see it: every sample is decoded and prepared once, then encoded in batches. Ready
 * vectors are taken as they are.
 *
 * @param samples those that could be decoded
 * @param rows their rows in the data set
 * @param failures those that could not
 * @param truncated texts that were longer than the encoder reads and lost their end
 */
public record Encoded(Samples samples, Views views, int[] rows, List<Problem> failures, long truncated) {
    private static final int BATCH = 256;
    /** Texts are sorted by length and packed within a batch, which many of them let do well. */
    private static final int TEXT_BATCH = 8_192;
    /** Raw pixels are compared at no more than this many values in all (512 MiB); beyond, rasters are halved. */
    private static final long MOST_PIXEL_VALUES = 1L << 27;

    /** Of contents that are never cut. */
    public Encoded(Samples samples, Views views, int[] rows, List<Problem> failures) {
        this(samples, views, rows, failures, 0);
    }

    /** What a person should know of how it was encoded. */
    List<String> notes() {
        return truncated == 0
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "%,d of %,d texts were longer than the encoder reads and lost their end",
                        truncated,
                        rows.length));
    }

    /** With the encoder that documents go through, where queries have one of their own. */
    public static Encoded of(
            Bundle bundle, Dataset data, boolean baselines, boolean strict, Workers workers, Progress progress) {
        return of(bundle, DOCUMENT, data, baselines, strict, workers, progress);
    }

    /** The role of what is looked for, where a bundle has encoders of different roles. */
    public static final String QUERY = "query";

    /** The role of what is found, and of samples compared with one another. */
    public static final String DOCUMENT = "document";

    /**
     * @param role {@link #QUERY} or {@link #DOCUMENT}; of no consequence where the bundle has one encoder
     * @param baselines whether raw pixels and the untrained encoder are made too, or of texts the untaught one
     * @param strict whether the first bad sample ends it
     */
    public static Encoded of(
            Bundle bundle,
            String role,
            Dataset data,
            boolean baselines,
            boolean strict,
            Workers workers,
            Progress progress) {
        return data.kind() == Kind.PICTURE
                ? pictures(bundle, data, baselines, strict, workers, progress)
                : contents(bundle, role, data, baselines, strict, workers, progress);
    }

    private static Encoded pictures(
            Bundle bundle, Dataset data, boolean baselines, boolean strict, Workers workers, Progress progress) {
        PicturePreparation preparation = bundle.preparation().pictures();
        Loaded<byte[]> loaded =
                Loading.each(data, workers, (row, content) -> preparation.raster(content), strict, progress);
        List<byte[]> rasters = loaded.values();
        Embeddings encoder;
        try (Encoder trained = bundle.encoder(DOCUMENT, workers.threads())) {
            encoder = encode(trained, preparation.shape(), rasters, "encoding", progress);
        }
        Views views = Views.of(encoder);
        if (baselines) {
            Map<String, Embeddings> beside = new LinkedHashMap<>();
            beside.put("pixels", pixels(preparation.shape(), rasters));
            Encoder before = bundle.untaught(DOCUMENT, workers.threads()).orElse(null);
            if (before != null) {
                try (before) {
                    beside.put(
                            bundle.architecture().isPresent() ? "untrained" : "untaught",
                            encode(before, preparation.shape(), rasters, "encoding untaught", progress));
                }
            }
            views = new Views(encoder, beside);
        }
        return new Encoded(Samples.of(data, loaded.rows()), views, loaded.rows(), loaded.failures());
    }

    private static Encoded contents(
            Bundle bundle,
            String role,
            Dataset data,
            boolean baselines,
            boolean strict,
            Workers workers,
            Progress progress) {
        Loaded<Content> loaded = Loading.each(data, workers, (row, content) -> content, strict, progress);
        Views views;
        long truncated;
        try (Encoder encoder = bundle.encoder(role, workers.threads())) {
            views = Views.of(encode(encoder, loaded.values(), "encoding", progress));
            truncated = encoder.truncated();
        }
        Encoder before = baselines ? bundle.untaught(role, workers.threads()).orElse(null) : null;
        if (before != null) {
            try (before) {
                views = new Views(
                        views.encoder(),
                        Map.of("untaught", encode(before, loaded.values(), "encoding untaught", progress)));
            }
        }
        return new Encoded(Samples.of(data, loaded.rows()), views, loaded.rows(), loaded.failures(), truncated);
    }

    /**
     * Vectors that another program made, as they are; those that the space's distance cannot compare are bad samples.
     *
     * @param space of their dimension
     * @throws Refusal where DATA holds no vectors, or vectors of another length
     */
    public static Encoded vectors(Dataset data, Space space, boolean strict, Workers workers, Progress progress) {
        if (data.kind() != Kind.VECTOR) {
            throw new Refusal("holds no vectors", "DATA", "name the bundle that embeds it, or give vectors");
        }
        Loaded<float[]> loaded = Loading.each(
                data, workers, (row, content) -> comparable(content, space, data.where(row)), strict, progress);
        int d = space.dimension();
        float[] values = new float[Math.multiplyExact(loaded.values().size(), d)];
        for (int i = 0; i < loaded.values().size(); i++) {
            float[] vector = loaded.values().get(i);
            if (vector.length != d) {
                throw new Refusal(
                        "holds %d values where the others have %d".formatted(vector.length, d),
                        data.where(loaded.rows()[i]),
                        "give vectors of one length");
            }
            System.arraycopy(vector, 0, values, i * d, d);
        }
        Embeddings embeddings = new Embeddings(space, loaded.values().size(), values);
        return new Encoded(Samples.of(data, loaded.rows()), Views.of(embeddings), loaded.rows(), loaded.failures());
    }

    private static float[] comparable(Content content, Space space, String where) {
        float[] vector = ((Content.Vector) content).values();
        space.distance().require(vector, where);
        return vector;
    }

    /** Where each row of the data set stands among the samples; −1 where it could not be decoded. */
    int[] places(int size) {
        int[] places = new int[size];
        Arrays.fill(places, -1);
        for (int i = 0; i < rows.length; i++) {
            places[rows[i]] = i;
        }
        return places;
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
        int size = n > 0 && contents.getFirst() instanceof Content.Text ? TEXT_BATCH : BATCH;
        float[] values = new float[Math.multiplyExact(n, d)];
        for (int from = 0; from < n; from += size) {
            int to = Math.min(n, from + size);
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
