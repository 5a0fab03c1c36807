package dev.kindred.encode;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Hashes;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.media.PictureShape;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Synthetic pictures or texts and what an encoder must make of them: proof that whoever opens a bundle prepares and computes as the one
 * who taught it did. What the preprocessing makes of them must agree to the bit, embeddings within 1e-4, those of an 8-bit graph within
 * a cosine of 0.999.
 *
 * @param prepared SHA-256 of all prepared rasters, or of all tokens or bytes, one after the other
 * @param embeddings {@code [n, d]} as the trainer gave them
 */
public record Probes(String prepared, float[] embeddings) {
    /** Largest difference of any embedding value between the trainer's engine and the sealed graph. */
    public static final double SEALING_TOLERANCE = 1e-5;

    private static final double OPENING_TOLERANCE = 1e-4;
    private static final double LEAST_COSINE = 0.999;
    private static final long SEED = 20260101;
    /** Width, height and channels of each: smaller, larger, square, narrow, grey and coloured. */
    private static final int[][] SHAPES = {
        {28, 28, 1}, {105, 105, 1}, {61, 97, 3}, {17, 9, 1}, {224, 150, 3}, {48, 48, 3}
    };

    public static final int COUNT = SHAPES.length;

    /** What an encoder behind this preparation is held to. */
    static List<Content> contents(Preparation preparation) {
        return switch (preparation) {
            case PicturePreparation _ -> pictures();
            case TextPreparation _, CharacterPreparation _ -> texts();
        };
    }

    /** The probe texts: short and long, of several scripts, of nothing, and what is no text at all. */
    public static List<Content> texts() {
        String sentence = "The quick brown fox jumps over the lazy dog, and 2 more: 3.14 km/h? ";
        return Stream.of(
                        "",
                        "cat",
                        sentence,
                        "Der Fuß, naïve façade – “quoted” © 2026",
                        "相似的東西靠得很近。 Ближе к похожему. قريب من الشبيه",
                        "\uD83D\uDC31 two cats \uD83D\uDC08\u200D\u2B1B and half a pair: \uD800.",
                        "int at = (row * width + column) * channels; // a\tb\n\u0000",
                        sentence.repeat(40))
                .<Content>map(Content.Text::new)
                .toList();
    }

    /** The probe pictures: gradients, boxes and grain in whole numbers, so that they are the same everywhere. */
    public static List<Content> pictures() {
        List<Content> pictures = new ArrayList<>();
        for (int p = 0; p < COUNT; p++) {
            int width = SHAPES[p][0];
            int height = SHAPES[p][1];
            int channels = SHAPES[p][2];
            Keyed draws = Keyed.of(SEED, p);
            byte[] values = new byte[width * height * channels];
            for (int i = 0; i < values.length; i++) {
                int x = i / channels % width;
                int y = i / channels / width;
                values[i] = (byte) (150 + 40 * x / width - 60 * y / height + draws.nextInt(24));
            }
            for (int box = 0; box < 6; box++) {
                int left = draws.nextInt(width);
                int top = draws.nextInt(height);
                int right = Math.min(width, left + 1 + draws.nextInt(1 + width / 2));
                int bottom = Math.min(height, top + 1 + draws.nextInt(1 + height / 2));
                for (int c = 0; c < channels; c++) {
                    byte level = (byte) draws.nextInt(256);
                    for (int y = top; y < bottom; y++) {
                        for (int x = left; x < right; x++) {
                            values[(y * width + x) * channels + c] = level;
                        }
                    }
                }
            }
            pictures.add(new Content.Pixels(width, height, channels, values));
        }
        return pictures;
    }

    /** SHA-256 in hex of the probe pictures in this shape: changes when any bit of the preprocessing code does. */
    public static String rasterHash(PictureShape shape) {
        MessageDigest sha = Hashes.sha256();
        for (Content content : pictures()) {
            sha.update(shape.raster((Content.Pixels) content));
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /** What the encoder itself makes of its probes: for one that no other engine taught. */
    static Probes of(Probed encoder, Preparation preparation) {
        return new Probes(
                encoder.preparedHash(), encoder.probe(contents(preparation)).values());
    }

    /** Refuses an encoder that does not do what was sealed. */
    void require(Probed encoder, EncoderParts parts, String where) {
        String here = encoder.preparedHash();
        if (!here.equals(prepared)) {
            throw new Refusal(
                    "preprocessing gives %s… here, %s… when sealed"
                            .formatted(here.substring(0, 8), prepared.substring(0, 8)),
                    where,
                    "open it with the Kindred that sealed it");
        }
        Embeddings given = encoder.probe(contents(parts.preparation()));
        if (OnnxGraph.isInt8(parts.model())) {
            double cosine = leastCosine(given);
            if (!(cosine >= LEAST_COSINE)) {
                throw differs(
                        "are as near as a cosine of %.4f to those sealed, %.3f is the least"
                                .formatted(cosine, LEAST_COSINE),
                        where);
            }
            return;
        }
        double off = difference(given, embeddings);
        if (!(off <= OPENING_TOLERANCE)) {
            throw differs("differ by %.2g from those sealed, %.0e is allowed".formatted(off, OPENING_TOLERANCE), where);
        }
    }

    private static Refusal differs(String how, String where) {
        return new Refusal(
                "the probes' embeddings " + how,
                where,
                "the encoder was changed or this machine computes otherwise; do not use it");
    }

    private double leastCosine(Embeddings given) {
        double least = 1;
        int d = given.dimension();
        for (int row = 0; row < given.count(); row++) {
            double cosine = Distance.COSINE.score(given.values(), row * d, embeddings, row * d, d);
            if (Double.isNaN(cosine)) {
                return cosine;
            }
            least = Math.min(least, cosine);
        }
        return least;
    }

    /** The largest difference of any value; NaN where there is one. */
    static double difference(Embeddings embeddings, float[] expected) {
        if (embeddings.values().length != expected.length) {
            return Double.NaN;
        }
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) embeddings.values()[i] - expected[i]);
            if (Double.isNaN(difference)) {
                return difference;
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }

    JsonObject json(Preparation preparation) {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        json.addProperty("count", contents(preparation).size());
        json.addProperty(field(preparation), prepared);
        json.addProperty("embeddings", Floats.base64(embeddings));
        return json;
    }

    private static String field(Preparation preparation) {
        return preparation instanceof PicturePreparation ? "rasters" : "tokens";
    }

    static Probes read(Fields json, Preparation preparation, int dimension) {
        int count = contents(preparation).size();
        json.integer("format", 1, 1);
        json.integer("count", count, count);
        float[] embeddings = Floats.ofBase64(json, "embeddings");
        String prepared = json.text(field(preparation));
        if (embeddings.length != (long) count * dimension || !prepared.matches("[0-9a-f]{64}")) {
            throw new Refusal("holds no probes of " + dimension + " dimensions", json.where(), "");
        }
        return new Probes(prepared, embeddings);
    }
}
