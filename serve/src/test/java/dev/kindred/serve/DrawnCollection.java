package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Threshold;
import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.evaluate.Baseline;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real bundle and index over {@link DrawnShapes}: an encoder as it is before any teaching, which tells shapes apart well enough for
 * a server's test, sealed and opened like any other.
 */
final class DrawnCollection implements AutoCloseable {
    private final Bundle bundle;
    private final Encoder encoder;
    private final VectorIndex index;

    private DrawnCollection(Bundle bundle, Encoder encoder, VectorIndex index) {
        this.bundle = bundle;
        this.encoder = encoder;
        this.index = index;
    }

    static DrawnCollection in(Path folder) {
        Bundle bundle = seal(folder.resolve("drawn.kindred"));
        Encoder encoder = bundle.encoder(1);
        List<Item> items = new ArrayList<>();
        DrawnShapes.things().forEach((thing, shape) -> {
            for (DrawnShapes.Hand hand : DrawnShapes.HANDS) {
                byte[] png = DrawnShapes.png(shape, hand);
                String id = DrawnShapes.id(thing, hand);
                float[] vector = encoder.embed(Pictures.decode(png, id)).row(0);
                Map<String, Value> payload = Map.of("family", Value.of(hand.family()), "name", Value.of(thing));
                items.add(new Item(id, vector, payload, png));
            }
        });
        return new DrawnCollection(
                bundle,
                encoder,
                ExactIndex.build(folder.resolve("index"), encoder.space(), items.stream(), Progress.SILENT));
    }

    static Bundle seal(Path file) {
        Architecture architecture = Architecture.conv4(1, 32, 8, 32);
        PicturePreparation preparation = new PicturePreparation(
                new PictureShape(32, 32, 1, PictureShape.Fit.PAD), List.of(0.8f), List.of(0.35f));
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, 7), preparation, Distance.COSINE);
        float[] probed;
        JsonObject baseline;
        try (Encoder encoder = parts.open(1)) {
            probed = encoder.encode(Probes.pictures()).values();
            baseline = baseline(encoder);
        }
        // The trainer's own engine is not here: the sealed graph answers for itself.
        Probes probes = Sealing.probe(preparation, rasters -> probed);
        Decision decision = new Decision(
                new Calibration(List.of(0.6, 0.97, 1.0), List.of(-6.0, 0.0, 5.0)),
                List.of(new Threshold(0.1, 0.95, 0.098, 0.18, null), new Threshold(0.01, 0.975, 0.0099, 0.42, null)));
        return new Sealing(parts, probes, decision, baseline, new JsonObject(), "# Drawn shapes\n").write(file);
    }

    /** What a trainer's validation would leave, of the drawings themselves. */
    private static JsonObject baseline(Encoder encoder) {
        List<Content> pictures = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        DrawnShapes.things().forEach((thing, shape) -> {
            int label = pictures.size();
            for (DrawnShapes.Hand hand : DrawnShapes.HANDS) {
                pictures.add(Pictures.decode(DrawnShapes.png(shape, hand), thing));
                labels.add(label);
            }
        });
        int[] classes = labels.stream().mapToInt(label -> label).toArray();
        try (Workers workers = Workers.of(1)) {
            return Baseline.of(encoder.encode(pictures), classes, workers, 1).json();
        }
    }

    Served served() {
        return Served.of(bundle, encoder, index);
    }

    Bundle bundle() {
        return bundle;
    }

    /** What the encoder makes of a picture, without any server. */
    float[] vector(byte[] png) {
        Content.Pixels pixels = Pictures.decode(png, "test");
        return encoder.embed(pixels).row(0);
    }

    @Override
    public void close() {
        index.close();
        encoder.close();
    }
}
