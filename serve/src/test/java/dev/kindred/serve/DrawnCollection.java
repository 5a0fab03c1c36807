package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Preparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
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
        return new DrawnCollection(bundle, encoder, ExactIndex.build(folder.resolve("index"), encoder.space(), items.stream(), Progress.SILENT));
    }

    private static Bundle seal(Path file) {
        Architecture architecture = Architecture.conv4(1, 32, 8, 32);
        Preparation preparation = new Preparation(
                new PictureShape(32, 32, 1, PictureShape.Fit.PAD), List.of(0.8f), List.of(0.35f));
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, 7), preparation, Distance.COSINE);
        float[] probed;
        try (Encoder encoder = parts.open(1)) {
            probed = encoder.encode(Probes.pictures()).values();
        }
        // The trainer's own engine is not here: the sealed graph answers for itself.
        Probes probes = Sealing.probe(preparation, rasters -> probed);
        Decision decision = new Decision(
                new Calibration(List.of(0.6, 0.97, 1.0), List.of(-6.0, 0.0, 5.0)),
                List.of(
                        new Threshold(0.1, 0.95, 0.098, 0.18, null),
                        new Threshold(0.01, 0.975, 0.0099, 0.42, null)));
        return new Sealing(parts, probes, decision, baseline(), new JsonObject(), "# Drawn shapes\n").write(file);
    }

    /** Two hills, as a trainer's validation would leave them. */
    private static JsonObject baseline() {
        JsonObject scores = new JsonObject();
        scores.addProperty("low", 0.6);
        scores.addProperty("high", 1.0);
        scores.add("same", hill(0.97, 0.02));
        scores.add("different", hill(0.86, 0.05));
        JsonObject baseline = new JsonObject();
        baseline.add("scores", scores);
        return baseline;
    }

    private static JsonArray hill(double centre, double width) {
        JsonArray counts = new JsonArray();
        for (int bin = 0; bin < 50; bin++) {
            double off = (0.6 + 0.4 * (bin + 0.5) / 50 - centre) / width;
            counts.add(Math.round(10_000 * Math.exp(-off * off / 2)));
        }
        return counts;
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
