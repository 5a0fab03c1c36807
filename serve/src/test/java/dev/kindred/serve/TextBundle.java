package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real bundle of texts by their characters, as it is before any teaching, with thresholds of two cohorts. */
final class TextBundle {
    private TextBundle() {}

    static Bundle seal(Path file) {
        CharacterPreparation preparation = new CharacterPreparation(64);
        Architecture architecture = Architecture.characters(preparation.extent(), 16, 32);
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, 5), preparation, Distance.COSINE);
        float[] probed;
        try (Encoder encoder = parts.open(1)) {
            probed = encoder.encode(Probes.texts()).values();
        }
        Probes probes = Sealing.probe(preparation, bytes -> probed);
        Decision decision = new Decision(
                new Calibration(List.of(0.5, 0.9, 1.0), List.of(-6.0, 0.0, 6.0)),
                List.of(new Threshold(0.1, 0.8, 0.09, 0.1, null), new Threshold(0.01, 0.95, 0.009, 0.3, null)),
                Map.of("script=latin", List.of(new Threshold(0.01, 0.97, 0.009, 0.3, null))));
        return new Sealing(parts, probes, decision, null, new JsonObject(), "# Texts\n").write(file);
    }
}
