package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A bundle of an encoder that was never taught: small and quick to seal, to rehearse on. */
final class TinyBundle {
    private TinyBundle() {}

    /** @param seed decides the weights, and so the space */
    static Bundle seal(Path path, long seed) {
        Architecture architecture = Architecture.conv4(1, 16, 4, 8);
        PictureShape shape = new PictureShape(16, 16, 1, PictureShape.Fit.PAD);
        PicturePreparation preparation = new PicturePreparation(shape, List.of(0.5f), List.of(0.25f));
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, seed), preparation, Distance.COSINE);
        Probes probes;
        try (Encoder encoder = parts.open(1)) {
            probes = Sealing.probe(
                    preparation,
                    rasters -> encoder.encode(pictures(rasters, shape)).values());
        }
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.9, 0.009, 0.2, null)));
        JsonObject provenance = new JsonObject();
        provenance.addProperty("seed", seed);
        return new Sealing(parts, probes, decision, null, provenance, "# Never taught\n").write(path);
    }

    private static List<Content> pictures(List<byte[]> rasters, PictureShape shape) {
        List<Content> pictures = new ArrayList<>();
        for (byte[] raster : rasters) {
            pictures.add(new Content.Pixels(shape.width(), shape.height(), shape.channels(), raster));
        }
        return pictures;
    }
}
