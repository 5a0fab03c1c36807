package dev.kindred.encode;

import dev.kindred.core.Distance;
import dev.kindred.core.Hashes;
import dev.kindred.core.Space;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What decides a vector: the graph and the preprocessing, as the bytes that are sealed. Made once from an architecture and its weights;
 * opened straight away to measure, sealed into a bundle afterwards.
 *
 * @param name of the encoder within its bundle, e.g. {@code image}
 * @param architecture the graph's value, kept so that the untrained encoder can be made for comparison
 * @param space follows from all the others
 */
public record EncoderParts(
        String name, Architecture architecture, Preparation preparation, byte[] model, Distance distance, Space space) {

    /** The one encoder of a picture bundle. */
    public static final String IMAGE = "image";

    public static EncoderParts of(
            Architecture architecture, Weights weights, PicturePreparation preparation, Distance distance) {
        if (!preparation.fits(architecture)) {
            throw new IllegalArgumentException(
                    "an encoder of " + architecture.input() + " behind a preparation of " + preparation.shape());
        }
        byte[] model = OnnxGraph.write(architecture, weights);
        return new EncoderParts(
                IMAGE,
                architecture,
                preparation,
                model,
                distance,
                space(IMAGE, model, preparation, architecture, distance));
    }

    private static Space space(
            String name, byte[] model, Preparation preparation, Architecture architecture, Distance distance) {
        Map<String, String> deciding = new TreeMap<>();
        deciding.put(modelEntry(name), Hashes.sha256Hex(model));
        deciding.put(preprocessingEntry(name), Hashes.sha256Hex(Bundle.utf8(preparation.json())));
        return space(deciding, architecture.dimension(), distance);
    }

    /**
     * The space that entries decide.
     *
     * @param deciding SHA-256 in hex by entry name
     */
    static Space space(Map<String, String> deciding, int dimension, Distance distance) {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(deciding)
                .forEach((name, sha) ->
                        lines.append(name).append(' ').append(sha).append('\n'));
        lines.append("dimension ").append(dimension).append('\n');
        lines.append("distance ").append(distance.wireName()).append('\n');
        return new Space(Hashes.sha256Hex(lines.toString().getBytes(StandardCharsets.UTF_8)), dimension, distance);
    }

    static String modelEntry(String encoder) {
        return "encoders/" + encoder + "/model.onnx";
    }

    static String preprocessingEntry(String encoder) {
        return "encoders/" + encoder + "/preprocessing.json";
    }

    static String probesEntry(String encoder) {
        return "encoders/" + encoder + "/probes.json";
    }

    /** Opens it on ONNX Runtime. */
    public Encoder open(int threads) {
        return open(threads, modelEntry(name));
    }

    /** @param where the bundle and entry, for errors */
    Encoder open(int threads, String where) {
        return OnnxEncoder.open(model, preparation.pictures(), space, threads, where);
    }

    /** The same architecture and preparation before any teaching: what a figure must be compared with. */
    public EncoderParts untrained(long seed) {
        return of(architecture, Weights.untrained(architecture, seed), preparation.pictures(), distance);
    }
}
